"""What people look at: any file's figures and faults, the page about what was built, that page while a watch goes on.

`measured` reads texture files, ours or not, and measures them beside named references; `diagnosis` says in words what
is wrong with one; `pictures` draws what noise does to pictures; `page` makes `report.html` and `report.json`; `live`
serves the page.
"""
