#version 330
#extension GL_GOOGLE_include_directive : enable
// A full-screen gradient from black to white in four greys, dithered: draw one triangle of three vertices. `dither` is
// a texture of a manifest of yours; its file, which the builder writes, includes bluenoise_common.glsl beside it.
// glslangValidator and glslc know #include; for another compiler paste the two files here, first the common one.

#ifdef VERTEX

void main()
{
    gl_Position = vec4(vec2(ivec2(gl_VertexID & 1, gl_VertexID >> 1) * 4 - 1), 0.0, 1.0);
}

#else

#include "dither.glsl"

uniform highp sampler2D noise;
uniform highp float width;  // of the target, in pixels
uniform int frame;  // 0 for a picture that stands still

out highp vec4 target;

void main()
{
    highp ivec2 pixel = ivec2(gl_FragCoord.xy);
    highp vec4 value = bluenoise_animate(dither_load(noise, pixel), frame);
    highp vec3 color = vec3(gl_FragCoord.x / width);
    target = vec4(bluenoise_dither(color, 4, value), 1.0);  // 256 levels for an 8-bit target
}

#endif
