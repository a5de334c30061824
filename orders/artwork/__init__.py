"""From a design's document to pixels: one drawing for the preview and for the print.

``document`` reads and compares designs, ``spec`` says what is printed on, ``scene`` lays a design
out in millimetres (letters become outlines in ``text``), ``drawing`` turns a scene into pixels at
any scale, ``printing`` writes the files of a print, ``resolution`` says how sharp it will be.

Not done here: keeping anything (no database, no settings), deciding who may see a design, and
reading pictures from strangers (``foundation.untrusted``): every photo here was re-encoded by us.
"""
