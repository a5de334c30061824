"""Files and documents from strangers, read within limits.

What is refused is refused with the place: line and column of a table, path and offset of a
document, or what a photo is and what to send instead. Nothing here trusts a size somebody
announces; memory does not grow with the input of :func:`~foundation.untrusted.api.read_csv`, and
is bounded by the limits in ``read_json`` and ``take_picture``.

Not done here: guessing encodings (a mark or a declared rule decides), converting values to types
(the importer knows them), archives and XML (they come with their first importer), and making cells
harmless in exports (``foundation.exports``).
"""
