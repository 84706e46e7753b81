// SPDX-License-Identifier: MIT
using System;
using System.Collections.Generic;
using System.Linq;
using UnityEditor;
using UnityEngine;

namespace Bluenoise.Assets.Editor
{
    /// <summary>Project Settings > Bluenoise Assets; kept in the project, so that all who work on it share them.</summary>
    [FilePath("ProjectSettings/BluenoiseAssets.asset", FilePathAttribute.Location.ProjectFolder)]
    internal sealed class Settings : ScriptableSingleton<Settings>
    {
        public string executable = "bluenoise-assets";
        public string arguments = "";
        public string manifests = "";
        public bool buildBeforePlayer = true;

        /// <summary>The command line of a command, behind the executable.</summary>
        internal string CommandLine(string command, bool windows)
        {
            var paths = manifests.Split('\n').Select(path => path.Trim()).Where(path => path.Length > 0);
            var words = new[] { command, "--json" }.Concat(paths).Select(word => Tool.Quote(word, windows));
            return string.Join(" ", new[] { arguments.Trim() }.Where(word => word.Length > 0).Concat(words));
        }

        [SettingsProvider]
        internal static SettingsProvider CreateProvider()
        {
            return new SettingsProvider("Project/Bluenoise Assets", SettingsScope.Project)
            {
                guiHandler = _ => instance.Draw(),
                keywords = new HashSet<string> { "noise", "dither", "manifest" },
            };
        }

        private void Draw()
        {
            EditorGUI.BeginChangeCheck();
            executable = EditorGUILayout.TextField(
                new GUIContent("Executable", "A name on the PATH, or a path: bluenoise-assets, or a Python"), executable);
            arguments = EditorGUILayout.TextField(
                new GUIContent("Arguments", "Before the command; for a Python: -m bluenoise_assets"), arguments);
            EditorGUILayout.LabelField(
                new GUIContent("Manifests", "Files or folders, one a line, from the project's folder; none: manifests/"));
            manifests = EditorGUILayout.TextArea(manifests);
            buildBeforePlayer = EditorGUILayout.Toggle(
                new GUIContent("Build before players", "A player is not built if this fails"), buildBeforePlayer);
            if (EditorGUI.EndChangeCheck())
                Save(true);
        }
    }
}
