// SPDX-License-Identifier: MIT
using System;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;

namespace Bluenoise.Assets.Editor
{
    /// <summary>Runs the command-line tool. Knows nothing of Unity.</summary>
    internal static class Tool
    {
        /// <summary>The end of a run: the exit code, and what it wrote to stderr.</summary>
        internal struct Result
        {
            internal int ExitCode;
            internal string Errors;
            internal bool Cancelled;
        }

        /// <summary>
        /// Run it to its end. <paramref name="onLine"/> gets each line of stdout on the calling thread,
        /// and <paramref name="onWait"/> says, a few times a second, whether to go on.
        /// </summary>
        /// <exception cref="IOException">It could not be started.</exception>
        internal static Result Run(
            string executable, string arguments, string folder, Action<string> onLine, Func<bool> onWait)
        {
            var start = new ProcessStartInfo
            {
                FileName = executable,
                Arguments = arguments,
                WorkingDirectory = folder,
                UseShellExecute = false,
                CreateNoWindow = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
                StandardErrorEncoding = Encoding.UTF8,
            };
            start.EnvironmentVariables["PYTHONIOENCODING"] = "utf-8";
            var lines = new ConcurrentQueue<string>();
            var errors = new ConcurrentQueue<string>();
            using (var process = new Process { StartInfo = start })
            {
                process.OutputDataReceived += (_, data) => { if (data.Data != null) lines.Enqueue(data.Data); };
                process.ErrorDataReceived += (_, data) => { if (data.Data != null) errors.Enqueue(data.Data); };
                try
                {
                    process.Start();
                }
                catch (Exception exception) when (exception is Win32Exception || exception is InvalidOperationException)
                {
                    throw new IOException($"cannot start '{executable}': {exception.Message}", exception);
                }
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                var cancelled = false;
                while (!process.WaitForExit(50))
                {
                    Drain(lines, onLine);
                    if (!cancelled && !onWait())
                    {
                        cancelled = true;
                        process.Kill(); // every file that it writes is whole at any moment
                    }
                }
                process.WaitForExit(); // until both streams have been read
                Drain(lines, onLine);
                return new Result
                {
                    ExitCode = process.ExitCode,
                    Errors = string.Join("\n", errors.ToArray()),
                    Cancelled = cancelled,
                };
            }
        }

        /// <summary>
        /// An argument as part of a command line: by the rules of Windows' C runtime, elsewhere by those of .NET's own
        /// parser, which knows no variables.
        /// </summary>
        internal static string Quote(string argument, bool windows)
        {
            if (argument.Length > 0 && argument.All(letter => char.IsLetterOrDigit(letter) || "-_./:=,+@".Contains(letter)))
                return argument;
            var quoted = new StringBuilder("\"");
            var backslashes = 0;
            foreach (var letter in argument)
            {
                if (!windows)
                {
                    if (letter == '\\' || letter == '"')
                        quoted.Append('\\');
                    quoted.Append(letter);
                    continue;
                }
                // Backslashes are only special before a quotation mark.
                if (letter == '"')
                    quoted.Append('\\', backslashes + 1);
                backslashes = letter == '\\' ? backslashes + 1 : 0;
                quoted.Append(letter);
            }
            return quoted.Append('\\', backslashes).Append('"').ToString();
        }

        private static void Drain(ConcurrentQueue<string> lines, Action<string> onLine)
        {
            while (lines.TryDequeue(out var line))
                onLine(line);
        }
    }
}
