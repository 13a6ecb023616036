"""Files of strangers, turned into values that the rest of the product may trust in shape.

Every format is read by a reader in a jailed child process (`documents.jail`); the process that
asks only ever parses the bounded JSON frames which come back.
"""
