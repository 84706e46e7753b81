"""How a run can end."""

DONE, FAILED, WRONG, STALE, BUG = 0, 1, 2, 3, 4

EXIT_CODES = """\
exit codes: 0 done; 1 a build failed, or would by `require`; 2 a manifest or the usage is wrong; 3 stale, under check;
4 a bug in bluenoise-assets; 130 interrupted (143 by SIGTERM, 129 by a closed terminal)"""
