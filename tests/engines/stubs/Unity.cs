// The few types of UnityEngine and UnityEditor that the package uses, with the signatures of Unity's documentation
// (2022.3). What they are asked to do is printed, one line each.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace UnityEngine
{
    public class Object
    {
    }

    public class ScriptableObject : Object
    {
    }

    public class MonoBehaviour : Object
    {
    }

    [System.AttributeUsage(System.AttributeTargets.Class)]
    public sealed class ExecuteAlways : System.Attribute
    {
    }

    [System.AttributeUsage(System.AttributeTargets.Field)]
    public sealed class SerializeField : System.Attribute
    {
    }

    public static class Shader
    {
        public static void SetGlobalTexture(string name, Texture value) => Debug.Print("texture", name);
        public static void SetGlobalInteger(string name, int value) => Debug.Print("integer", name);
    }

    public static class Time
    {
        public static int frameCount => 1;
    }

    public class Texture : Object
    {
    }

    public sealed class Texture2D : Texture
    {
        public TextureFormat format { get; set; }
    }

    public sealed class Texture2DArray : Texture
    {
        public TextureFormat format { get; set; }
    }

    public sealed class Texture3D : Texture
    {
        public TextureFormat format { get; set; }
    }

    public class GUIContent
    {
        public GUIContent(string text, string tooltip)
        {
        }
    }

    public class GUILayoutOption
    {
    }

    public enum TextureFormat
    {
        RGBA32 = 4, R16 = 9, RHalf = 15, RGHalf = 16, RGBAHalf = 17, RFloat = 18, RGFloat = 19, RGBAFloat = 20,
        RG16 = 62, R8 = 63, RG32 = 72, RGBA64 = 74
    }

    public enum FilterMode { Point, Bilinear, Trilinear }

    public enum TextureWrapMode { Repeat, Clamp, Mirror, MirrorOnce }

    public enum RuntimePlatform { OSXEditor = 0, WindowsEditor = 7, LinuxEditor = 16 }

    public static class Application
    {
        public static string dataPath => Environment.GetEnvironmentVariable("STUB_ASSETS");

        public static RuntimePlatform platform => RuntimePlatform.LinuxEditor;
    }

    public static class Mathf
    {
        public static int Min(int a, int b) => Math.Min(a, b);

        public static int Max(int a, int b) => Math.Max(a, b);

        public static int NextPowerOfTwo(int value)
        {
            var power = 1;
            while (power < value)
                power *= 2;
            return power;
        }
    }

    public static class Debug
    {
        public static void Log(object message) => Print("log", message);

        public static void LogWarning(object message) => Print("warning", message);

        public static void LogWarning(object message, Object context) => Print("warning", message);

        public static void LogError(object message) => Print("error", message);

        public static void LogError(object message, Object context) =>
            Print(context == null ? "error" : "error with an asset", message);

        internal static void Print(string what, object text) =>
            Console.WriteLine($"{what}\t{text.ToString().Replace("\n", "\\n")}");
    }

    /// <summary>Flat objects: strings, numbers, lists of whole numbers; other fields are passed over, as Unity does.</summary>
    public static class JsonUtility
    {
        public static T FromJson<T>(string json) where T : new()
        {
            if (!json.TrimStart().StartsWith("{") || !json.TrimEnd().EndsWith("}"))
                throw new ArgumentException("JSON parse error");
            object found = new T();
            foreach (var field in typeof(T).GetFields())
            {
                var text = Regex.Match(json, $"[{{,]\\s*\"{field.Name}\": (\"(?:[^\"\\\\]|\\\\.)*\"|\\[[^]]*\\]|[-\\w.+]+)").Groups[1].Value;
                if (text.Length == 0 || text == "null")
                    continue;
                if (field.FieldType == typeof(string) && text[0] == '"')
                    field.SetValue(found, Unescape(text.Substring(1, text.Length - 2)));
                else if (field.FieldType == typeof(int) && char.IsDigit(text[0]))
                    field.SetValue(found, (int)double.Parse(text));
                else if (field.FieldType == typeof(float) && char.IsDigit(text[0]))
                    field.SetValue(found, float.Parse(text));
                else if (field.FieldType == typeof(int[]) && text[0] == '[')
                    field.SetValue(found, Regex.Matches(text, "\\d+").Cast<Match>().Select(m => int.Parse(m.Value)).ToArray());
            }
            return (T)found;
        }

        private static string Unescape(string text) => Regex.Replace(text, "\\\\(u[0-9a-f]{4}|.)", match =>
        {
            var code = match.Groups[1].Value;
            return code[0] == 'u' ? ((char)Convert.ToInt32(code.Substring(1), 16)).ToString()
                : code == "n" ? "\n" : code == "t" ? "\t" : code;
        });
    }
}

namespace UnityEditor
{
    using UnityEngine;

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute
    {
        public readonly string menuItem;

        public MenuItem(string itemName)
        {
            menuItem = itemName;
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public class FilePathAttribute : Attribute
    {
        public enum Location { PreferencesFolder, ProjectFolder }

        public FilePathAttribute(string relativePath, Location location)
        {
        }
    }

    public class ScriptableSingleton<T> : ScriptableObject where T : ScriptableObject, new()
    {
        private static T s_Instance;

        public static T instance => s_Instance ?? (s_Instance = new T());

        protected virtual void Save(bool saveAsText) => Debug.Print("save", saveAsText);
    }

    public enum SettingsScope { User, Project }

    [AttributeUsage(AttributeTargets.Method)]
    public class SettingsProviderAttribute : Attribute
    {
    }

    public class SettingsProvider
    {
        public string settingsPath { get; }

        public Action<string> guiHandler { get; set; }

        public IEnumerable<string> keywords { get; set; }

        public SettingsProvider(string path, SettingsScope scopes, IEnumerable<string> keywords = null)
        {
            settingsPath = path;
        }
    }

    public static class EditorGUI
    {
        public static void BeginChangeCheck()
        {
        }

        public static bool EndChangeCheck() => true;
    }

    public static class EditorGUILayout
    {
        public static string TextField(GUIContent label, string text, params GUILayoutOption[] options) => text;

        public static string TextArea(string text, params GUILayoutOption[] options) => text;

        public static void LabelField(GUIContent label, params GUILayoutOption[] options)
        {
        }

        public static bool Toggle(GUIContent label, bool value, params GUILayoutOption[] options) => value;
    }

    public static class EditorUtility
    {
        public static bool DisplayCancelableProgressBar(string title, string info, float progress)
        {
            if (progress > 0)
                Debug.Print("progress", $"{info} {progress}");
            return Environment.GetEnvironmentVariable("STUB_CANCEL") == "1";
        }

        public static void ClearProgressBar() => Debug.Print("clear", "");
    }

    public static class AssetDatabase
    {
        public static readonly Dictionary<string, Object> Assets = new Dictionary<string, Object>();

        public static void Refresh() => Debug.Print("refresh", "");

        public static Object LoadMainAssetAtPath(string assetPath) =>
            assetPath.StartsWith("Assets/") ? new Object() : null;

        public static T LoadAssetAtPath<T>(string assetPath) where T : Object =>
            Assets.TryGetValue(assetPath, out var found) ? found as T : null;
    }

    public class AssetImporter : Object
    {
        public static readonly Dictionary<string, AssetImporter> Importers = new Dictionary<string, AssetImporter>();

        public string assetPath { get; internal set; }

        public static AssetImporter GetAtPath(string path) => Importers[path];
    }

    public class AssetPostprocessor
    {
        public string assetPath { get; set; }

        public AssetImporter assetImporter => AssetImporter.GetAtPath(assetPath);

        public virtual uint GetVersion() => 0;

        public virtual int GetPostprocessOrder() => 0;
    }

    public enum TextureImporterType { Default = 0, NormalMap = 1, GUI = 2, Sprite = 8, SingleChannel = 10 }

    [Flags]
    public enum TextureImporterShape { Texture2D = 1, TextureCube = 2, Texture2DArray = 4, Texture3D = 8 }

    public enum TextureImporterSingleChannelComponent { Alpha = 0, Red = 1 }

    public enum TextureImporterNPOTScale { None, ToNearest, ToLarger, ToSmaller }

    public enum TextureImporterAlphaSource { None, FromInput, FromGrayScale }

    public enum TextureImporterCompression { Uncompressed, Compressed, CompressedHQ, CompressedLQ }

    public enum TextureImporterFormat
    {
        Automatic = -1, RGBA32 = 4, R16 = 9, DXT5 = 12, RHalf = 15, RGHalf = 16, RGBAHalf = 17, RFloat = 18, RGFloat = 19,
        RGBAFloat = 20, RG16 = 62, R8 = 63, RG32 = 72, RGBA64 = 74
    }

    public sealed class TextureImporterSettings
    {
        public TextureImporterType textureType { get; set; }
        public TextureImporterShape textureShape { get; set; } = TextureImporterShape.Texture2D;
        public TextureImporterSingleChannelComponent singleChannelComponent { get; set; }
        public int flipbookRows { get; set; } = 1;
        public int flipbookColumns { get; set; } = 1;
        public bool sRGBTexture { get; set; } = true;
        public bool mipmapEnabled { get; set; } = true;
        public FilterMode filterMode { get; set; } = FilterMode.Bilinear;
        public TextureWrapMode wrapMode { get; set; } = TextureWrapMode.Clamp;
        public TextureImporterNPOTScale npotScale { get; set; } = TextureImporterNPOTScale.ToNearest;
        public TextureImporterAlphaSource alphaSource { get; set; }
        public bool alphaIsTransparency { get; set; } = true;
        public bool readable { get; set; } = true;
    }

    public sealed class TextureImporterPlatformSettings
    {
        public string name { get; set; } = "DefaultTexturePlatform";
        public bool overridden { get; set; }
        public int maxTextureSize { get; set; } = 2048;
        public TextureImporterFormat format { get; set; } = TextureImporterFormat.Automatic;
        public TextureImporterCompression textureCompression { get; set; } = TextureImporterCompression.Compressed;
        public bool crunchedCompression { get; set; } = true;
    }

    public sealed class TextureImporter : AssetImporter
    {
        public TextureImporterSettings Settings = new TextureImporterSettings();
        public TextureImporterPlatformSettings Platform = new TextureImporterPlatformSettings();

        public void ReadTextureSettings(TextureImporterSettings dest)
        {
            foreach (var property in typeof(TextureImporterSettings).GetProperties())
                property.SetValue(dest, property.GetValue(Settings));
        }

        public void SetTextureSettings(TextureImporterSettings src) => Settings = src;

        public TextureImporterPlatformSettings GetDefaultPlatformTextureSettings() => Platform;

        public void SetPlatformTextureSettings(TextureImporterPlatformSettings platformSettings) => Platform = platformSettings;
    }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    public interface IPreprocessBuildWithReport : IOrderedCallback
    {
        void OnPreprocessBuild(Reporting.BuildReport report);
    }

    public class BuildFailedException : System.Exception
    {
        public BuildFailedException(string message) : base(message)
        {
        }
    }
}

namespace UnityEditor.Build.Reporting
{
    public sealed class BuildReport : UnityEngine.Object
    {
    }
}
