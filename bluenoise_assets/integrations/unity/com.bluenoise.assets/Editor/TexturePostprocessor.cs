// SPDX-License-Identifier: MIT
using System.Linq;
using UnityEditor;
using UnityEngine;

namespace Bluenoise.Assets.Editor
{
    /// <summary>
    /// Keeps the import settings of what bluenoise-assets built for Unity as they are in the .meta files that it
    /// writes, whatever a preset or a slip of the mouse made of them.
    /// </summary>
    internal sealed class TexturePostprocessor : AssetPostprocessor
    {
        // For 1, 2, and 3 or 4 channels.
        private static readonly TextureImporterFormat[] Bytes =
            { TextureImporterFormat.R8, TextureImporterFormat.RG16, TextureImporterFormat.RGBA32 };

        private static readonly TextureImporterFormat[] Shorts =
            { TextureImporterFormat.R16, TextureImporterFormat.RG32, TextureImporterFormat.RGBA64 };

        private static readonly TextureImporterFormat[] Halves =
            { TextureImporterFormat.RHalf, TextureImporterFormat.RGHalf, TextureImporterFormat.RGBAHalf };

        private static readonly TextureImporterFormat[] Floats =
            { TextureImporterFormat.RFloat, TextureImporterFormat.RGFloat, TextureImporterFormat.RGBAFloat };

        public override uint GetVersion() => 1;

        public override int GetPostprocessOrder() => 1000; // after the project's own

        private void OnPreprocessTexture()
        {
            var texture = LockedTexture.Find(assetPath);
            if (texture != null && assetImporter is TextureImporter importer)
                Apply(importer, texture);
        }

        // Only now have the textures their final formats.
        private static void OnPostprocessAllAssets(
            string[] importedAssets, string[] deletedAssets, string[] movedAssets, string[] movedFromAssetPaths)
        {
            foreach (var path in importedAssets)
            {
                var locked = LockedTexture.Find(path);
                var texture = locked == null ? null : AssetDatabase.LoadAssetAtPath<Texture>(path);
                if (texture != null && FormatOf(texture) != Format(locked).ToString())
                    Debug.LogWarning($"{path} became {FormatOf(texture)}, not {Format(locked)}: its values are not exact", texture);
            }
        }

        private static string FormatOf(Texture texture)
        {
            if (texture is Texture2DArray array)
                return array.format.ToString();
            if (texture is Texture3D volume)
                return volume.format.ToString();
            return (texture as Texture2D)?.format.ToString();
        }

        private static void Apply(TextureImporter importer, LockedTexture texture)
        {
            var settings = new TextureImporterSettings();
            importer.ReadTextureSettings(settings);
            var lone = texture.channels == 1;
            settings.textureType = lone ? TextureImporterType.SingleChannel : TextureImporterType.Default;
            settings.singleChannelComponent =
                lone ? TextureImporterSingleChannelComponent.Red : TextureImporterSingleChannelComponent.Alpha;
            settings.textureShape = texture.IsVolume ? TextureImporterShape.Texture3D
                : texture.IsArray ? TextureImporterShape.Texture2DArray
                : TextureImporterShape.Texture2D;
            settings.flipbookRows = texture.Slices;
            settings.flipbookColumns = 1;
            settings.sRGBTexture = false;
            settings.mipmapEnabled = false;
            settings.filterMode = FilterMode.Point;
            settings.wrapMode = TextureWrapMode.Repeat;
            settings.npotScale = TextureImporterNPOTScale.None;
            settings.alphaSource = TextureImporterAlphaSource.FromInput;
            settings.alphaIsTransparency = false;
            importer.SetTextureSettings(settings);

            var platform = importer.GetDefaultPlatformTextureSettings();
            platform.overridden = true;
            platform.format = Format(texture);
            platform.maxTextureSize = Mathf.Max(platform.maxTextureSize, Size(texture));
            platform.textureCompression = TextureImporterCompression.Uncompressed;
            platform.crunchedCompression = false;
            importer.SetPlatformTextureSettings(platform);
        }

        private static TextureImporterFormat Format(LockedTexture texture)
        {
            var formats = texture.IsFloat ? (texture.bits == 32 ? Floats : Halves) : texture.bits == 16 ? Shorts : Bytes;
            return formats[Mathf.Min(texture.channels, 3) - 1];
        }

        /// <summary>The power of two that holds the strip of all slices: a smaller one would scale it down.</summary>
        private static int Size(LockedTexture texture)
        {
            return Mathf.NextPowerOfTwo(new[] { texture.size[0], texture.size[1] * texture.Slices, 32 }.Max());
        }
    }
}
