"""A place in which a stranger's file can do no harm.

`client.Jail` starts one warmed parent process (`fork_server`), which forks a child for every file.
The child gives up files, network, processes and all memory but its share (`confinement`) before it
looks at the first byte.
"""
