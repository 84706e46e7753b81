// A full-screen gradient from black to white in four greys, dithered: draw one triangle of three vertices. `dither` is
// a texture of a manifest of yours; its file, which the builder writes, includes bluenoise_common.hlsl beside it.

#include "dither.hlsl"

Texture2D<float4> blue_noise : register(t0);

cbuffer Settings : register(b0)
{
    float width;  // of the target, in pixels
    int frame;    // 0 for a picture that stands still
};

float4 vertex_main(uint index : SV_VertexID) : SV_Position
{
    return float4(float2(int2(index & 1, index >> 1) * 4 - 1), 0.0, 1.0);
}

float4 fragment_main(float4 position : SV_Position) : SV_Target
{
    int2 pixel = int2(position.xy);
    float4 value = bluenoise_animate(dither_load(blue_noise, pixel), frame);
    float shade = position.x / width;
    float3 color = float3(shade, shade, shade);
    return float4(bluenoise_dither(color, 4, value), 1.0);  // 256 levels for an 8-bit target
}
