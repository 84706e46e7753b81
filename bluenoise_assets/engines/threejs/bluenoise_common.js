// What all blue-noise modules for three.js (r187) have in common; each texture's own module imports this file.
// Written by bluenoise-assets: a change here is lost. Generated files are yours (CC0).

import {
	FloatType, GLSL3, HalfFloatType, NearestFilter, NoBlending, NoColorSpace, RepeatWrapping, ShaderMaterial,
	UnsignedByteType, UnsignedInt101111Type, UnsignedInt5999Type
} from 'three';
import { KTX2Loader } from 'three/addons/loaders/KTX2Loader.js';
// Not ShaderPass, which does not load where an import map has three.webgpu.js as `three`.
import { FullScreenQuad, Pass } from 'three/addons/postprocessing/Pass.js';

const FLOATS = [ HalfFloatType, FloatType, UnsignedInt101111Type, UnsignedInt5999Type ];
const warned = new Set();

function warnOnce( text ) {

	if ( ! warned.has( text ) ) console.warn( text );
	warned.add( text );

}

async function text( url ) {

	const response = await fetch( url );
	if ( ! response.ok ) throw new Error( `${ url }: ${ response.status } ${ response.statusText }` );
	return response.text();

}

// The texture, as data and without filtering, the GLSL functions that read it, and the slice that is shown.
export async function loadNoise( renderer, noise ) {

	const gpu = renderer.isWebGPURenderer === true;
	if ( gpu ) await renderer.init();
	// The loader asks for a renderer, but this file is not compressed: no transcoder is fetched.
	const loader = new KTX2Loader().detectSupport( renderer );
	const [ texture, tsl, ...shaders ] = await Promise.all( [
		loader.loadAsync( noise.texture.href ), gpu ? import( 'three/tsl' ) : null, ...noise.shaders.map( text ) ] );
	texture.colorSpace = NoColorSpace;
	texture.minFilter = NearestFilter;
	texture.magFilter = NearestFilter;
	texture.generateMipmaps = false;
	texture.wrapS = RepeatWrapping;
	texture.wrapT = RepeatWrapping;
	if ( texture.isData3DTexture ) texture.wrapR = RepeatWrapping;
	texture.needsUpdate = true;
	const slice = gpu ? tsl.uniform( 0, 'int' ) : { value: 0 };
	return { ...noise, texture, slice, tsl, glsl: shaders.join( '\n' ) };

}

// Declarations for a fragment shader, the uniforms' values, and the colour dithered.
function glslOf( noise, levels ) {

	const { id, texture, slice, glsl } = noise;
	const volume = texture.isData3DTexture === true;
	const value = `${ id }_load_slice( ${ id }_tex, ivec2( gl_FragCoord.xy ), ${ volume ? `${ id }_slice` : '0' } )`;
	return {
		declarations: `uniform highp ${ volume ? 'sampler3D' : 'sampler2D' } ${ id }_tex;
uniform highp int ${ id }_levels, ${ id }_slice;
${ glsl }`,
		uniforms: { [ `${ id }_tex` ]: { value: texture }, [ `${ id }_levels` ]: { value: levels }, [ `${ id }_slice` ]: slice },
		dithered: ( color ) => noise.triangular
			? `bluenoise_dither_triangular( ${ color }, ${ id }_levels, ${ id }_uniform( ${ value } ) )`
			: `bluenoise_dither( ${ color }, ${ id }_levels, ${ value } )`,
	};

}

// Dithers what a built-in material shows, as its last step: for WebGLRenderer, straight to the canvas or to a target
// of 8 bits. Into floats, as under an EffectComposer or for transmission, it draws without.
export function dither( material, noise, levels = 256 ) {

	if ( noise.tsl ) throw new Error( 'dither() has no effect with WebGPURenderer: use ditherNode() in a RenderPipeline' );
	const { declarations, uniforms, dithered } = glslOf( noise, levels );
	const compile = material.onBeforeCompile, draw = material.onBeforeRender;
	const key = `${ material.customProgramCacheKey() } ${ noise.shaders.at( - 1 ) }`;
	material.customProgramCacheKey = () => key;
	material.onBeforeCompile = ( shader, ...rest ) => {

		compile.call( material, shader, ...rest );
		Object.assign( shader.uniforms, uniforms );
		shader.fragmentShader = shader.fragmentShader
			.replace( '#include <common>', ( common ) => `${ common }\n${ declarations }` )
			.replace( '#include <dithering_fragment>', ( dithering ) => `${ dithering }
	if ( ${ noise.id }_levels > 0 ) gl_FragColor.rgb = ${ dithered( 'gl_FragColor.rgb' ) };` );

	};
	material.onBeforeRender = ( renderer, ...rest ) => {

		draw.call( material, renderer, ...rest );
		const floats = FLOATS.includes( renderer.getRenderTarget()?.texture.type );
		uniforms[ `${ noise.id }_levels` ].value = floats ? 0 : levels;
		if ( floats ) warnOnce( 'dither() leaves a render target with floats as it is: they are no levels. With an '
			+ 'EffectComposer, add ditherPass( noise ) after OutputPass instead. For transmission there is nothing to do.' );

	};
	material.needsUpdate = true;
	return material;

}

// A pass for an EffectComposer of WebGLRenderer: the last one, after OutputPass.
export function ditherPass( noise, levels = 256 ) {

	if ( noise.tsl ) throw new Error( 'ditherPass() is for WebGLRenderer: use ditherNode() in a RenderPipeline' );
	return new DitherPass( noise, levels );

}

class DitherPass extends Pass {

	constructor( noise, levels ) {

		super();
		const { declarations, uniforms, dithered } = glslOf( noise, levels );
		this.uniforms = { tDiffuse: { value: null }, ...uniforms };
		this.material = new ShaderMaterial( {
			name: 'bluenoise',
			glslVersion: GLSL3,
			uniforms: this.uniforms,
			blending: NoBlending,
			depthTest: false,
			depthWrite: false,
			vertexShader: 'out vec2 place; void main() { place = uv; gl_Position = vec4( position.xy, 1.0, 1.0 ); }',
			fragmentShader: `in vec2 place;
out highp vec4 shown;
uniform sampler2D tDiffuse;
${ declarations }
void main() {
	shown = texture( tDiffuse, place );
	shown.rgb = ${ dithered( 'shown.rgb' ) };
}`,
		} );
		this.quad = new FullScreenQuad( this.material );

	}

	render( renderer, writeBuffer, readBuffer ) {

		const target = this.renderToScreen ? null : writeBuffer;
		if ( FLOATS.includes( target?.texture.type ) ) throw new Error( 'ditherPass() would draw into a target with '
			+ 'floats, which are no levels: make it the last pass of the EffectComposer, after OutputPass.' );
		if ( readBuffer.texture.type === UnsignedByteType ) warnOnce( 'ditherPass() is given 8 bits, rounded already: '
			+ 'let the EffectComposer have targets of HalfFloatType, its default.' );
		this.uniforms.tDiffuse.value = readBuffer.texture;
		renderer.setRenderTarget( target );
		if ( target !== null && this.clear ) renderer.clear();
		this.quad.render( renderer );

	}

	dispose() {

		this.material.dispose();
		this.quad.dispose();

	}

}

// A node for a RenderPipeline of WebGPURenderer, on both its backends: the output, of which `color` is all but the
// dithering, tone mapped and in the canvas's colour space: renderOutput( pass( scene, camera ) ).
export function ditherNode( color, noise, levels = 256 ) {

	if ( ! noise.tsl ) throw new Error( 'ditherNode() is for WebGPURenderer: load() the texture with that renderer' );
	const { Fn, uniform, vec3, vec4 } = noise.tsl;
	const top = uniform( levels - 1 ).onRenderUpdate( ( { renderer } ) => {

		const target = renderer.getRenderTarget();
		const type = target !== null ? target.texture.type
			: renderer.needsFrameBufferTarget ? renderer.getOutputBufferType() : renderer.backend.parameters.outputType;
		if ( FLOATS.includes( type ) ) throw new Error( 'ditherNode() would draw into floats, which are no levels: make '
			+ 'it the outputNode of a RenderPipeline whose outputColorTransform is false, to a canvas of 8 bits.' );

	} );
	return Fn( () => {

		const from = vec4( color ).toVar(), value = valueOf( noise ).toVar();
		const [ r, g, b ] = [ 'x', 'y', 'z' ].map( ( axis ) => level( noise, from[ axis ], top, value[ axis ] ) );
		return vec4( vec3( r, g, b ).div( top ), from.a );

	} )();

}

// The texture's uniform values at a pixel, its channels again in those it lacks: as the GLSL functions do it.
function valueOf( { texture, size, channels, bits, triangular, slice, tsl } ) {

	const { ivec2, ivec3, screenCoordinate, select, texture3DLoad, textureLoad } = tsl;
	const [ width, height, slices ] = size;
	const pixel = ivec2( screenCoordinate ).mod( ivec2( width, height ) );
	const stored = texture.isData3DTexture
		? texture3DLoad( texture, ivec3( pixel, slice.mod( slices ).add( slices ).mod( slices ) ) )
		: textureLoad( texture, pixel );
	const own = [ stored.xxx, stored.xyx, stored.xyz, stored.xyz ][ channels - 1 ];
	const value = ( bits === 0 ? own
		: own.mul( 2 ** bits - 1 ).add( 0.5 ).floor().add( 0.5 ).div( 2 ** bits ) ).toVar();
	if ( ! triangular ) return value;
	const tail = value.min( value.oneMinus() );
	const square = tail.mul( tail ).mul( 2 ).toVar();
	return select( value.lessThan( 0.5 ), square, square.mul( 2 ** 24 ).ceil().div( 2 ** 24 ).oneMinus() );

}

// One component's level, a whole number: bluenoise_dither_1 and bluenoise_dither_triangular_1 in three's own language.
function level( { triangular, tsl }, color, top, value ) {

	const { float, select, uint } = tsl;
	const fixed = uint( color.clamp( 0, 1 ).mul( top ).mul( 65536 ).round() ).toVar();
	const plain = fixed.add( uint( value.mul( 65536 ) ) ).shiftRight( uint( 16 ) );
	if ( ! triangular ) return float( plain );
	const nearest = fixed.add( uint( 32768 ) ).shiftRight( uint( 16 ) ).toVar();
	const above = fixed.add( uint( 32768 ) ).bitAnd( uint( 65535 ) ).toVar();
	const below = uint( 65536 ).sub( above ).toVar();
	const lower = below.mul( below ).sub( uint( 1 ) ).shiftRight( uint( 9 ) ).add( uint( 1 ) );
	const upper = uint( 2 ** 24 ).sub( above.mul( above ).shiftRight( uint( 9 ) ) );
	const u = uint( value.mul( 2 ** 24 ) ).toVar();
	const over = select( u.lessThan( upper ), nearest, nearest.add( uint( 1 ) ) );
	const around = select( u.lessThan( lower ), nearest.sub( uint( 1 ) ), over );
	const room = fixed.min( uint( top ).shiftLeft( uint( 16 ) ).sub( fixed ) );
	return float( select( room.lessThan( uint( 32768 ) ), plain, around ) );

}
