"""Price jobs for programs: the addresses below ``/api/pricing-jobs/``.

Each view reads its body (``requests``, ``fields``), makes one call of ``pricing.services`` and
answers (``jobs``, ``rows``); what a service refuses becomes a problem in ``answering``. Not done
here: uploading price lists, saved filters, rule sets and locks, which have pages only.
"""
