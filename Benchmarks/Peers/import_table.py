"""Reads the generated table of one million rows, with pandas or with Python's csv module."""

import argparse
import csv
import pathlib

from measurement import fastest, peak_megabytes, report


def read_csv(path):
    """Columns as lists: numbers where the first row has one, else text."""
    with open(path, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        columns = list(zip(*rows))
    result = {}
    for name, column in zip(header, columns):
        try:
            float(column[0])
            result[name] = list(map(float, column))
        except ValueError:
            result[name] = list(column)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs", type=pathlib.Path)
    parser.add_argument("reader", choices=["pandas", "csv"])
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    path = options.inputs / "import.csv"
    read = read_csv
    if options.reader == "pandas":
        import pandas

        read = pandas.read_csv
    before = peak_megabytes()
    first_wall, first_cpu, table = fastest(lambda: read(path), 1)
    memory = peak_megabytes()
    rows, total = len(table["loss"]), float(sum(table["loss"]))
    del table
    wall, cpu, _ = fastest(lambda: read(path), max(options.repetitions - 1, 1))
    report(
        "import", f"{rows} rows, {path.stat().st_size / 2**20:.0f} MiB", options.reader,
        min(wall, first_wall), min(cpu, first_cpu), options.repetitions,
        dict(rows=rows, lossSum=total, megabytesBefore=before),
        "" if options.reader == "pandas" else "every numeric column converted to float",
        memory)


if __name__ == "__main__":
    main()
