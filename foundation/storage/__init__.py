"""Files that are kept: written, read, listed and let go under keys, and offered by signed links.

Local files below ``VAR_DIR/files`` unless the environment names a bucket (``S3_BUCKET`` …); the
same functions over both (Django's storage back-ends do the work). What fails is named: a storage
that is down is :class:`~foundation.storage.contracts.StorageDown`, with what to look at.

Not done here: deciding who may see a file (whoever signs a link has decided), and knowing which
files are still wanted: each owner sweeps its own keys with ``list_keys``.
"""
