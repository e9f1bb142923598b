"""The report as one page that opens anywhere: it loads nothing and has no script."""

from __future__ import annotations

from typing import Any

from defiller.labels.kinds import GROUP_OF, KINDS
from defiller.model.page.paragraphs import showable
from defiller.model.page.shell import asset, environment, in_shell
from defiller.training.figures import RESAMPLES
from defiller.training.report import curves
from defiller.training.report.findings import Findings, Measured
from defiller.training.report.page_comparison import changed_shown, differences_shown
from defiller.training.report.page_plots import plot_shown
from defiller.training.report.plots import SCORE_PLOTS
from defiller.training.report.plots_by_part import FAMILY_PLOT, KIND_PLOTS
from defiller.training.report.wording import MEANINGS, NAMES, percent, said, span, won

_HERE = "defiller.training.report"
_TILES = ("ap", "f1_half", "gain", "loss", "ece", "kind_accuracy")


def report_page(found: Findings) -> str:
    """The whole page.

    Raises
    ------
    ModuleNotFoundError
        Where jinja2 or matplotlib, of the extra ``report``, is not installed.
    """
    model = found.model
    style = "".join((asset("base.css"), asset("paragraph.css"), asset("report.css", _HERE)))
    return in_shell(
        environment(_HERE).get_template("report.jinja"),
        style,
        title=showable(f"{model.name} on {', '.join(found.labels)} · defiller"),
        model=showable(model.name),
        against=None if found.against is None else showable(found.against.name),
        about=_about(model),
        warnings=[showable(warning) for warning in found.warnings],
        tiles=_tiles(found),
        facts=_facts(model),
        sources=_sources(model),
        score_plots=[plot_shown(plot, found) for plot in SCORE_PLOTS],
        points=_points(model),
        kind_plots=[plot_shown(plot, found) for plot in KIND_PLOTS],
        kinds=_kinds(found),
        family_plot=plot_shown(FAMILY_PLOT, found),
        families=_families(found),
        differences=differences_shown(found),
        worst=_worst(found),
        changed=changed_shown(found),
        meanings=[(NAMES[name], meaning) for name, meaning in MEANINGS.items()],
        resamples=RESAMPLES,
        command=showable(found.command),
    )


def _about(model: Measured) -> str:
    sizes = model.figures["sizes"]["all"]
    return (
        f"{sizes['documents']:,} documents with {sizes['paragraphs']:,} labelled paragraphs and "
        f"{sizes['words']:,} words, {percent(sizes['padding_words'] / max(sizes['words'], 1))} of "
        "them padding."
    )


def _tiles(found: Findings) -> list[dict[str, Any]]:
    figures = found.model.figures
    tiles = []
    for name in _TILES:
        tile = {
            "name": NAMES[name],
            "value": said(name, figures["figures"]["all"][name]),
            "span": span(name, figures["intervals"]["all"][name]),
            "meaning": MEANINGS[name],
            "other": "",
            "won": "",
        }
        if found.differences is not None:
            row = found.differences["figures"]["all"][name]
            tile["other"] = said(name, row["against"])
            tile["won"] = won(row["winner"])
        tiles.append(tile)
    return tiles


def _facts(model: Measured) -> str:
    facts = model.figures["facts"]
    left = model.figures["left_whole"]
    sentences = []
    if facts["share_kept"] is not None:
        sentences.append(
            f"Of {facts['in_substance']:,} distinct figures, quotations and names in the "
            f"substance {percent(facts['share_kept'])} survive stripping."
        )
    reasons = {
        "guard": "would have lost more than the guard allows",
        "language": "seem to be in a language that the model does not know",
    }
    for because, count in left.items():
        sentences.append(f"{count:,} documents were left whole: they {reasons[because]}.")
    if model.evaluation.threshold is None:
        sentences.append(
            "The model's own measurements support no loss as small as the default, so it strips "
            "nothing by default; train it on more articles, or give --max-loss."
        )
    else:
        sentences.append(f"The chosen threshold is {model.evaluation.threshold:.3f}.")
    return " ".join(sentences)


def _sources(model: Measured) -> dict[str, Any]:
    """One row a figure, one column a source: sources are few, and phones narrow."""
    figures, spans, sizes = (model.figures[key] for key in ("figures", "intervals", "sizes"))
    # Of a single source the pooled figures are its own.
    names = [name for name in figures if name != "all" or len(figures) > 2]
    counts = ("documents", "paragraphs", "words")
    rows = [(key, [(f"{sizes[name][key]:,}", "") for name in names]) for key in counts]
    shares = [sizes[name]["padding_words"] / max(sizes[name]["words"], 1) for name in names]
    rows.append(("of them padding", [(percent(share), "") for share in shares]))
    for key, title in NAMES.items():
        cells = [(said(key, figures[name][key]), span(key, spans[name][key])) for name in names]
        rows.append((title, cells))
    return {"names": [showable(name) for name in names], "rows": rows}


def _points(model: Measured) -> list[list[str]]:
    rows = []
    for row in curves.operating_points(model.bundle.curve, model.evaluation):
        if row["threshold"] is None:
            rows.append([percent(row["max_loss"]), "not supported", "", "", ""])
            continue
        shares = [said("loss", row[key]) for key in ("loss", "loss_upper", "gain")]
        rows.append([percent(row["max_loss"]), f"{row['threshold']:.3f}", *shares])
    return rows


def _kinds(found: Findings) -> list[dict[str, Any]]:
    figures = found.model.figures
    differences = {} if found.differences is None else found.differences["recalls"]
    rows = []
    for name, row in {**figures["kinds"], **figures["groups"]}.items():
        is_group = name in figures["groups"]
        other = differences.get(name)
        rows.append(
            {
                "name": f"all {name}" if is_group else name,
                "hue": name if is_group else str(GROUP_OF[KINDS[_number(name)]]),
                "is_group": is_group,
                "paragraphs": f"{row['paragraphs']:,.0f}",
                "recall": percent(row["recall"]),
                "span": span("gain", row["recall_interval"]),
                "right": "" if is_group else said("kind_accuracy", row["accuracy"]),
                "other": "" if other is None else percent(other["against"]),
                "won": "" if other is None else won(other["winner"]),
            }
        )
    return rows


def _number(name: str) -> int:
    return [kind.value for kind in KINDS].index(name)


def _families(found: Findings) -> list[list[str]]:
    return [
        [
            row["family"],
            f"{row['columns']}",
            said("ap", row["ap"]),
            said("f1_half", row["f1_half"]),
            percent(row["gain_share"]),
            f"{row['microseconds']:.1f}",
        ]
        for row in found.families
    ]


def _worst(found: Findings) -> list[dict[str, Any]]:
    return [
        {
            "name": "lost",
            "title": "Substance taken for padding",
            "about": "What would be lost. Look for a kind of paragraph that returns: it is worth "
            "labelling more of.",
            "none": "No paragraph of substance is taken for padding.",
            "cases": found.lost,
        },
        {
            "name": "missed",
            "title": "Padding taken for substance",
            "about": "What would stay. Some of these labels may be wrong: 'defiller labels doubt' "
            "lists such.",
            "none": "No paragraph of padding is taken for substance.",
            "cases": found.missed,
        },
    ]
