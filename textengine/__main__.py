"""``python -m textengine`` is the command ``textengine``."""

from textengine.cli import main

main()
