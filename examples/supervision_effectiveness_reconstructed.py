"""The paper on supervision effectiveness, its tables 3 to 5 completed from the printed digits.

Prints the judgment matrices that stand behind the five capabilities and their indicators, and the
ranking of all 18 indicators; an interval where the print leaves a weight open. The candidates are
those stored beside the table; with `--search` they are searched anew, which takes some minutes.
"""

import sys
from pathlib import Path

from ahp.published import load_table, reconstruct_table, stored_reconstruction
from ahp.report import (
    reconstructed_parent,
    reconstructed_ranking,
    reconstruction_table,
    to_text,
)

table = load_table(Path(__file__).parent / "published" / "supervision_effectiveness.ahp.toml")
search = "--search" in sys.argv
found = reconstruct_table(table) if search else stored_reconstruction(table)

print(to_text(reconstruction_table(table, found, "zh")))
goal, *capabilities = found.parents
print("表 3\n")
print(to_text(reconstructed_parent(table.parents[goal], found.parents[goal], "zh")))
print("表 4\n")
for name in capabilities:
    print(to_text(reconstructed_parent(table.parents[name], found.parents[name], "zh")))
print("表 5\n")
print(to_text(reconstructed_ranking(table, found, "zh")), end="")
