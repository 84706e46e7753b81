// SPDX-License-Identifier: MIT
using System;
using System.IO;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEngine;

namespace Bluenoise.Assets.Editor
{
    /// <summary>The menu, and what it has in common with the build hook.</summary>
    internal static class Commands
    {
        [MenuItem("Tools/Bluenoise Assets/Build")]
        private static void BuildFromMenu() => Build();

        [MenuItem("Tools/Bluenoise Assets/Check")]
        private static void CheckFromMenu() => Run("check");

        /// <summary>Build what is stale and import it; errors are in the console. False if anything failed.</summary>
        internal static bool Build()
        {
            var succeeded = Run("build");
            AssetDatabase.Refresh();
            return succeeded;
        }

        private static bool Run(string command)
        {
            var settings = Settings.instance;
            var windows = Application.platform == RuntimePlatform.WindowsEditor;
            var status = new ToolEvent { texture = "" };
            var failed = false;

            Action<string> onLine = line =>
            {
                var told = ToolEvent.Parse(line);
                if (told == null)
                    return;
                failed |= told.IsError;
                if (told.@event == "progress")
                    status = told;
                else if (told.Message.Length > 0)
                    Show(told);
            };
            try
            {
                var result = Tool.Run(
                    settings.executable,
                    settings.CommandLine(command, windows),
                    Path.GetDirectoryName(Application.dataPath),
                    onLine,
                    () => !EditorUtility.DisplayCancelableProgressBar("Bluenoise Assets", status.texture, status.share));
                if (result.Cancelled)
                {
                    Debug.LogWarning("bluenoise-assets: cancelled");
                    return false;
                }
                // A usage error, a missing module or a crash tells no event.
                if (result.ExitCode != 0 && !failed && !(command == "check" && result.ExitCode == 3))
                    Debug.LogError($"bluenoise-assets: exit code {result.ExitCode}: {result.Errors}");
                return result.ExitCode == 0;
            }
            catch (IOException exception)
            {
                Debug.LogError($"bluenoise-assets: {exception.Message}; see Project Settings > Bluenoise Assets");
                return false;
            }
            finally
            {
                EditorUtility.ClearProgressBar();
            }
        }

        private static void Show(ToolEvent told)
        {
            var message = $"bluenoise-assets: {told.Message}";
            if (told.IsError) // a click on it shows the manifest, if that is an asset
                Debug.LogError(message, AssetDatabase.LoadMainAssetAtPath(told.file ?? ""));
            else if (told.IsWarning)
                Debug.LogWarning(message);
            else
                Debug.Log(message);
        }
    }

    /// <summary>Builds the textures before each player.</summary>
    internal sealed class BuildHook : IPreprocessBuildWithReport
    {
        public int callbackOrder => 0;

        public void OnPreprocessBuild(BuildReport report)
        {
            if (Settings.instance.buildBeforePlayer && !Commands.Build())
                throw new BuildFailedException("bluenoise-assets failed; its errors are in the console");
        }
    }
}
