"""Reading files of tracking numbers, as people, couriers and shipping tools write them.

    bytes ─► ``text`` ─► ``records`` ─► ``table`` ─► ``columns`` ─► ``rows``: cells with findings

Pure: no database, no clock, no network. ``layouts`` knows the titles of columns of common tools.
"""
