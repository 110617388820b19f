"""The synthetic sample of Baotaqiao subdistrict (宝塔桥街道): `python -m data.sample` writes it.

Everything here is invented except the names of the twelve communities (2023), the roads' names and
the totals of the seed. All drawing happens in metres of EPSG:4549, shifted to a near origin (see
`frame`); what is written is WGS84 with seven decimals.
"""
