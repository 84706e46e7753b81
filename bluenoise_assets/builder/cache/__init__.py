"""What was made before, and is not made again: textures by what they depend on, here and on other machines.

`cache` is the folder of a user, and what reads through it; `entry` a texture's bytes there, `user_folder` where it is;
`remote/` the same entries in a store that others share, and `settings` both as data.
"""
