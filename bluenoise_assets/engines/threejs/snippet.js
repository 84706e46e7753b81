// Texture @name@ for three.js (r187): @what@.
// Written by bluenoise-assets: change the manifest, not this file.
//
//     import load@and_dither@ from './@url@.js';
//
//     const noise = await load( renderer );  // a WebGLRenderer or a WebGPURenderer
//
@if dithers@
// Dithering is the last step before 8 bits. Which function does it depends on who takes that step:
//
//     dither( material, noise );  // WebGLRenderer straight to the canvas: each of its built-in materials
//
//     composer.addPass( new OutputPass() );  // WebGLRenderer with an EffectComposer: its last pass
//     composer.addPass( ditherPass( noise ) );
//
//     const pipeline = new RenderPipeline( renderer );  // WebGPURenderer; pass and renderOutput are of three/tsl
//     pipeline.outputColorTransform = false;
//     pipeline.outputNode = ditherNode( renderOutput( pass( scene, camera ) ), noise );
//
// They dither on 256 levels, or as many as a last argument says. Floats have none: into a target of such a type `dither`
// draws without and says so, the others throw an error that says what to do.
@if volume@
//
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
//
@end@
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

import { loadNoise } from './@up@bluenoise_common.js';
@if dithers@

export { dither, ditherNode, ditherPass } from './@up@bluenoise_common.js';
@end@

const NOISE = {
	id: '@id@',
	size: [ @width@, @height@, @slices@ ],
	channels: @channels@,
	bits: @bits@, // 0: floats, the values as they are
	triangular: @with_triangular_law@,
	// Browsers and bundlers (Vite, webpack, Parcel) find the files so.
	texture: new URL( './@file_url@', import.meta.url ),
	shaders: [
@if shared@
		new URL( './@up@bluenoise_common.glsl', import.meta.url ),
@end@
		new URL( './@url@.glsl', import.meta.url ),
	],
};

export default function load( renderer ) {

	return loadNoise( renderer, NOISE );

}
