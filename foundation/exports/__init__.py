"""Big tables as CSV files: asked for on a page, made by a job, downloaded by a signed link.

An app registers what can be exported (``exporters.py`` in its folder): columns, and the rows for a
shop and some filters as a query. The database writes the file itself (``COPY … TO STDOUT``), from
one snapshot, in bounded pieces through a temporary file into the default storage; memory does not
grow with the number of rows. Cells that a spreadsheet would run as a formula are disarmed in SQL.

Not done here: other formats, exports by schedule or by mail, exports over several shops, deciding
what a person may see (an exporter's rows are the shop's own; roles are checked at the door).
"""
