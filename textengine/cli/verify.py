"""textengine verify"""

from __future__ import annotations

import click


@click.command()
@click.argument("corpus", metavar="DIR")
@click.option("--quiet", is_flag=True, help="Print nothing unless it is damaged.")
def verify(corpus: str, quiet: bool) -> None:
    """Check every byte of a corpus against its manifest, and the manifest against its checksum.

    Exits with 4, and names the file, where something does not fit.
    """
    from textengine.corpus.verify import verify as check

    files = check(corpus)
    if quiet:
        return
    from textengine.cli.plain import size
    from textengine.cli.tables import table

    table(
        ["file", ">size", "digest begins"],
        [(file["name"], size(file["size"]), file["digest"][:16]) for file in files],
    )
    click.echo(f"{corpus}: whole")
