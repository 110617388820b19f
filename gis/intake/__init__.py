"""From files to a checked set: what ``check`` reports on and ``load`` stores.

- :mod:`gis.intake.sources`: which kind each file is, and its reader; GDAL, calamine and openpyxl
  work in confined child processes (``vector_process``, ``workbook_process``);
- :mod:`gis.intake.tables`, :mod:`gis.intake.headings`: tables as offices make them;
- :mod:`gis.intake.people`, :mod:`gis.intake.places`: rows to values;
- :mod:`gis.intake.sets`: all of it together, checked;
- :mod:`gis.intake.preview`: what a set would change;
- :mod:`gis.intake.templates`: workbooks to fill in.
"""

from gis.intake.sets import How, Intake, read_set
from gis.intake.sources import find_files, with_companions

__all__ = ["How", "Intake", "find_files", "read_set", "with_companions"]
