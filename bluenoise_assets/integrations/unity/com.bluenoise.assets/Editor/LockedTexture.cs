// SPDX-License-Identifier: MIT
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using UnityEngine;

namespace Bluenoise.Assets.Editor
{
    /// <summary>What bluenoise.lock.json says of a texture that was built for Unity.</summary>
    [Serializable]
    internal sealed class LockedTexture
    {
        private const string LockName = "bluenoise.lock.json";
        private const string Folder = "unity/";

#pragma warning disable 0649 // JsonUtility sets them
        public int[] size;
        public int channels;
        public int bits;
        public string encoding;
        public int layers;
        public int frames;
#pragma warning restore 0649

        internal int Slices => IsArray ? Math.Max(layers, frames) : IsVolume ? size[2] : 1;

        internal bool IsArray => layers > 0 || frames > 0;

        internal bool IsVolume => size.Length > 2;

        internal bool IsFloat => encoding == "float";

        /// <summary>Look for the asset in the lock of a folder above it; null if none lists it.</summary>
        internal static LockedTexture Find(string assetPath)
        {
            for (var end = assetPath.LastIndexOf('/'); end > 0; end = assetPath.LastIndexOf('/', end - 1))
            {
                var name = assetPath.Substring(end + 1);
                var path = assetPath.Substring(0, end + 1) + LockName;
                if (File.Exists(path) && Parse(File.ReadLines(path), name) is LockedTexture found)
                    return found;
            }
            return null;
        }

        // The lock has a line for each field of a file, which saves a parser for all of JSON.
        private static LockedTexture Parse(IEnumerable<string> lines, string file)
        {
            const string specField = "  \"spec\": ";
            var head = $" {Json(file)}: {{";
            LockedTexture found = null;
            var inside = false;
            var isTexture = false;
            // built into a folder of Unity's name, or an output folder of Unity's own
            var isOurs = file.StartsWith(Folder, StringComparison.Ordinal);
            foreach (var line in lines)
            {
                if (!inside)
                    inside = line == head;
                else if (line.StartsWith(" }", StringComparison.Ordinal))
                    break;
                else if (line.StartsWith("  \"kind\": \"texture\"", StringComparison.Ordinal))
                    isTexture = true;
                else if (line.StartsWith("  \"engine\": \"unity\"", StringComparison.Ordinal))
                    isOurs = true;
                else if (line.StartsWith(specField, StringComparison.Ordinal))
                    found = FromJson(line.Substring(specField.Length).TrimEnd(','));
            }
            return isOurs && isTexture && found?.size != null && found.size.Length >= 2 ? found : null;
        }

        private static LockedTexture FromJson(string json)
        {
            try
            {
                return JsonUtility.FromJson<LockedTexture>(json);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        /// <summary>A text as Python writes it: in ASCII.</summary>
        private static string Json(string text)
        {
            var json = new StringBuilder("\"");
            foreach (var letter in text)
            {
                if (letter < ' ' || letter > '~')
                    json.Append($"\\u{(int)letter:x4}");
                else
                    json.Append(letter == '"' || letter == '\\' ? $"\\{letter}" : letter.ToString());
            }
            return json.Append('"').ToString();
        }
    }
}
