"""``defiller signals``."""

import typer

app = typer.Typer(add_completion=False)


@app.command()
def signals() -> None:
    """List the signals that the model looks at, by family, with what each one measures."""
    from defiller.features.signals import FAMILIES

    for number, family in enumerate(FAMILIES):
        typer.echo(f"{'' if not number else chr(10)}{family.name}")
        width = max(len(signal.name) for signal in family.signals)
        for signal in family.signals:
            typer.echo(f"  {signal.name:<{width}}  {signal.sentence}")
