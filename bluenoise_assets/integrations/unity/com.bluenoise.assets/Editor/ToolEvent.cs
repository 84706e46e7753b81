// SPDX-License-Identifier: MIT
using System;
using UnityEngine;

namespace Bluenoise.Assets.Editor
{
    /// <summary>
    /// One line of what the tool tells with <c>--json</c>; events.md of bluenoise-assets lists them. An event has some
    /// of these fields.
    /// </summary>
    [Serializable]
    internal sealed class ToolEvent
    {
#pragma warning disable 0649 // JsonUtility sets them
        public string @event;
        public string file;
        public int line;
        public int column;
        public string where;
        public string text;
        public string hint;
        public string texture;
        public string reason;
        public float share;
        public int built;
        public int failed;
        public int stale;
        public int textures;
#pragma warning restore 0649

        /// <summary>Null for what is no event.</summary>
        internal static ToolEvent Parse(string json)
        {
            try
            {
                var parsed = JsonUtility.FromJson<ToolEvent>(json);
                return string.IsNullOrEmpty(parsed?.@event) ? null : parsed;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        internal bool IsError => @event == "problem" || @event == "failed" || @event == "error";

        internal bool IsWarning => @event == "warning" || @event == "stale" || @event == "orphan";

        /// <summary>For people; empty for what is only of use to programs.</summary>
        internal string Message
        {
            get
            {
                switch (@event)
                {
                    case "problem":
                        var mend = string.IsNullOrEmpty(hint) ? "" : $"; {hint}";
                        return $"{file}:{line}:{column}: {where}: {text}{mend}";
                    case "failed":
                        return $"{texture}: {text}";
                    case "error":
                    case "warning":
                        return text;
                    case "stale":
                        return $"{file}: {reason}";
                    case "orphan":
                        return $"{file}: no manifest defines it any more";
                    case "done":
                        return built == 0 ? "nothing to build" : built == 1 ? "1 texture built" : $"{built} textures built";
                    case "checked":
                        var fresh = stale == 0 ? $"all {textures} textures are fresh" : $"{stale} of {textures} textures are stale";
                        return failed == 0 ? fresh : $"{fresh}; under the bar of require: {failed}";
                    default:
                        return "";
                }
            }
        }
    }
}
