// Does with the package what Unity does: choose a menu item, build a player, import textures.
using System;
using System.Linq;
using System.Reflection;
using Bluenoise.Assets.Editor;
using UnityEditor;
using UnityEditor.Build;
using UnityEngine;

internal static class Harness
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static void Main(string[] arguments)
    {
        Console.OutputEncoding = new System.Text.UTF8Encoding(false);
        var settings = Settings.instance;
        settings.executable = Environment.GetEnvironmentVariable("STUB_EXECUTABLE") ?? settings.executable;
        settings.arguments = Environment.GetEnvironmentVariable("STUB_ARGUMENTS") ?? settings.arguments;
        settings.manifests = Environment.GetEnvironmentVariable("STUB_MANIFESTS") ?? settings.manifests;
        switch (arguments[0])
        {
            case "quote":
                foreach (var argument in arguments.Skip(2))
                    Console.WriteLine(Tool.Quote(argument, arguments[1] == "windows"));
                break;
            case "menu":
                var item = typeof(Commands).GetMethods(Any).Single(
                    method => method.GetCustomAttribute<MenuItem>()?.menuItem == arguments[1]);
                item.Invoke(null, null);
                break;
            case "player":
                settings.buildBeforePlayer = arguments[1] == "True";
                try
                {
                    new BuildHook().OnPreprocessBuild(null);
                    Console.WriteLine("player\tbuilt");
                }
                catch (BuildFailedException exception)
                {
                    Console.WriteLine($"player\t{exception.Message}");
                }
                break;
            case "settings":
                var provider = Settings.CreateProvider();
                Console.WriteLine($"settings\t{provider.settingsPath}");
                provider.guiHandler("");
                break;
            case "import":
                foreach (var path in arguments.Skip(1))
                    Import(path);
                break;
        }
    }

    private static void Import(string path)
    {
        var importer = new TextureImporter();
        AssetImporter.Importers[path] = importer;
        var processor = new TexturePostprocessor { assetPath = path };
        typeof(TexturePostprocessor).GetMethod("OnPreprocessTexture", Any).Invoke(processor, null);
        foreach (var part in new object[] { importer.Settings, importer.Platform })
            foreach (var property in part.GetType().GetProperties())
            {
                var value = property.GetValue(part);
                var text = value is Enum ? Convert.ToInt32(value) : value is bool ? Convert.ToInt32(value) : value;
                Console.WriteLine($"{property.Name}\t{text}");
            }
        Texture texture = new Texture2D { format = (TextureFormat)importer.Platform.format };
        if (importer.Settings.textureShape == TextureImporterShape.Texture2DArray)
            texture = new Texture2DArray { format = (TextureFormat)importer.Platform.format };
        if (importer.Settings.textureShape == TextureImporterShape.Texture3D)
            texture = new Texture3D { format = TextureFormat.R8 }; // a platform that has nothing better
        AssetDatabase.Assets[path] = texture;
        typeof(TexturePostprocessor).GetMethod("OnPostprocessAllAssets", Any).Invoke(
            null, new object[] { new[] { path, "Assets/other.png" }, new string[0], new string[0], new string[0] });
        Console.WriteLine("imported\t" + path);
    }
}
