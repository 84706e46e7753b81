// Texture @name@ for three.js (r187, WebGLRenderer): @what@.
// Written by bluenoise-assets: change the manifest, not this file.
//
//     import load@and_dither@ from './@url@.js';
//
//     const noise = await load( renderer );
@if dithers@
//     dither( material, noise );  // a built-in material; 256 levels, or as a third argument
@if volume@
@if layers@
//     noise.slice.value = layer;  // they are independent: for frames that are blended (TAA) make `frames` instead
@else@
@if frames@
//     noise.slice.value = frame;  // a counter, for pictures that are blended with those before them (TAA)
@else@
//     noise.slice.value = frame;  // another slice each frame, if frames are blended (TAA)
@end@
@end@
@end@
@end@
//
// In a ShaderMaterial of your own:
//
@if frames@
//     uniforms: { tex: { value: noise.texture }, frame: { value: 0 } },  // frame.value ++ for each picture
//     fragmentShader: `uniform highp @sampler@ tex;
//         uniform int frame;
@else@
//     uniforms: { tex: { value: noise.texture } },
//     fragmentShader: `uniform highp @sampler@ tex;
@end@
//         ${ noise.glsl }
//         void main() {
//             vec4 value = @load@( tex, ivec2( gl_FragCoord.xy )@first_slice@ );
@if vector@
//             vec@components@ @sample@ = @id@_sample( value );
@if hemisphere@
//             // Around a surface's normal, not +z: bluenoise_around( @sample@, normal ).
@end@
@end@
//             ...
//         }`
//
// Positions count from the bottom in WebGL: the tile stands on its head, which noise does not show.
@if array@
// three.js has no loader for arrays: the @array@ are the slices of a volume, read texel by texel.
@end@
@if floats@
// three.js loads no 16-bit integers of so few channels: the file holds the values they stand for, as floats.
@end@

import { NearestFilter, NoColorSpace, RepeatWrapping } from 'three';
import { KTX2Loader } from 'three/addons/loaders/KTX2Loader.js';

// Browsers and bundlers (Vite, webpack, Parcel) find these files beside this one.
const TEXTURE = new URL( './@file_url@', import.meta.url );
const SHADERS = [
@if shared@
	new URL( './@up@bluenoise_common.glsl', import.meta.url ),
@end@
	new URL( './@url@.glsl', import.meta.url ),
];

async function text( url ) {

	const response = await fetch( url );
	if ( ! response.ok ) throw new Error( `${ url }: ${ response.status } ${ response.statusText }` );
	return response.text();

}

// The texture, as data and without filtering, and the GLSL functions that read it@and_slice@.
export default async function load( renderer ) {

	// The loader asks for a renderer, but this file is not compressed: no transcoder is fetched.
	const loader = new KTX2Loader().detectSupport( renderer );
	const [ texture, ...texts ] = await Promise.all( [ loader.loadAsync( TEXTURE.href ), ...SHADERS.map( text ) ] );
	const glsl = texts.join( '\n' );
	texture.colorSpace = NoColorSpace;
	texture.minFilter = NearestFilter;
	texture.magFilter = NearestFilter;
	texture.generateMipmaps = false;
	texture.wrapS = RepeatWrapping;
	texture.wrapT = RepeatWrapping;
@if volume@
	texture.wrapR = RepeatWrapping;
@end@
	texture.needsUpdate = true;
	return { texture, glsl@slice@ };

}
@if dithers@

// Dithers what a built-in material shows, as its last step: on 256 levels for a target of 8 bits.
export function dither( material, noise, levels = 256 ) {

	const before = material.onBeforeCompile;
	const key = `${ material.customProgramCacheKey() } ${ TEXTURE.href }`;
	material.customProgramCacheKey = () => key;
	material.onBeforeCompile = ( shader, renderer ) => {

		before.call( material, shader, renderer );
		shader.uniforms.@id@_tex = { value: noise.texture };
		shader.uniforms.@id@_levels = { value: levels };
@if volume@
		shader.uniforms.@id@_slice = noise.slice;
@end@
		shader.fragmentShader = shader.fragmentShader
			.replace( '#include <common>', () => `#include <common>
uniform highp @sampler@ @id@_tex;
uniform int @id@_levels;
@if volume@
uniform int @id@_slice;
@end@
${ noise.glsl }` )
			.replace( '#include <dithering_fragment>', `
	{
		vec4 value = @load@( @id@_tex, ivec2( gl_FragCoord.xy )@uniform_slice@ );
		gl_FragColor.rgb = @dither@( gl_FragColor.rgb, @id@_levels, @as_uniform@ );
	}` );

	};
	material.needsUpdate = true;
	return material;

}
@end@
