"""A GeoPackage as GDAL writes it: geometries, an R*Tree with its triggers, metadata tables. Run: pip install -r ../requirements.txt && python make.py map.gpkg"""
import datetime as dt
import sys

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, Polygon

rows = 15
gpd.GeoDataFrame(
    {
        "name": [f"Stop {n} ė" for n in range(rows)],
        "platform": [None if n == 3 else n for n in range(rows)],
        "height": [n / 3 for n in range(rows)],
        "opened": pd.to_datetime([dt.datetime(2020, 1, n + 1, 12) for n in range(rows)]),
        "day": [dt.date(2020, 2, n + 1) for n in range(rows)],
        "covered": [n % 2 == 0 for n in range(rows)],
    },
    geometry=[Point(n, n / 2) for n in range(rows)],
    crs="EPSG:4326",
).to_file(sys.argv[1], layer="stops", driver="GPKG")
gpd.GeoDataFrame(
    {"line": ["a", "b"]}, geometry=[LineString([(0, 0), (1, 1), (2, 0)]), LineString([(5, 5), (6, 6)])], crs="EPSG:4326"
).to_file(sys.argv[1], layer="Lines with space", driver="GPKG")
gpd.GeoDataFrame({"zone": ["one"]}, geometry=[Polygon([(0, 0), (0, 9), (9, 9), (0, 0)])], crs="EPSG:3857").to_file(
    sys.argv[1], layer="zones", driver="GPKG"
)
