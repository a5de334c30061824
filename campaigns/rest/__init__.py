"""Campaigns for programs: the addresses below ``/api/campaigns/``.

Each view reads its body (``requests``), makes one call of ``campaigns.services`` and answers
(``campaigns``, ``rows``); what a service refuses becomes a problem in ``answering``. Not done here:
the plan on today's data and the simulation, which have pages only.
"""
