"""``defiller demo``."""

import typer

app = typer.Typer(add_completion=False)


@app.command()
def demo() -> None:
    """Show three padded articles before and after, in the terminal."""
    from defiller.demo.show import show_all

    show_all()
