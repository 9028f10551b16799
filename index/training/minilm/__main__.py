"""``python -m index.training.minilm``: from an English base and sentence pairs to a bilingual encoder for the CPU."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.training.telling import telling_errors
from ingest.errors import StudyError

if TYPE_CHECKING:
    from index.training.minilm.stages import Recipe

NAME = "bilingual-minilm"

_ROUNDED = 200  # held-out pairs on which int8 is compared with float32


def main(
    base: Annotated[str, typer.Option(help="The English base: a sentence-transformers folder, or a name on the Hub.")],
    data: Annotated[Path, typer.Option(help="Folder with the training files.")],
    out: Annotated[Path, typer.Option(help=f"Folder for the stages and the encoder (OUT/{NAME}).")],
    pieces: Annotated[int, typer.Option(help="Chinese pieces to add.")] = 14_000,
    tokens: Annotated[int, typer.Option(help="Cut texts here while training.")] = 128,
    batch: Annotated[int, typer.Option(help="Pairs a step.")] = 256,
    steps: Annotated[int | None, typer.Option(help="Steps of the distillation; default: 4 passes.")] = None,
    tune_steps: Annotated[int | None, typer.Option(help="Steps of the contrastive stage; default: 1 pass.")] = None,
    limit: Annotated[int | None, typer.Option(help="At most this many pairs a source.")] = None,
    held_out: Annotated[int, typer.Option(help="Sentence pairs kept apart to measure on.")] = 2_000,
    bf16: Annotated[bool, typer.Option(help="Multiply in bfloat16: faster on recent GPUs and some CPUs.")] = False,
    threads: Annotated[int | None, typer.Option(help="CPU threads; default: all.")] = None,
) -> None:
    """Trains the bilingual transformer encoder and exports it; an interrupted run goes on where it stopped."""
    with telling_errors():
        import torch

        from index.training.minilm.stages import Recipe

        if threads:
            torch.set_num_threads(threads)
        recipe = Recipe(pieces=pieces, tokens=tokens, batch=batch, steps=(steps, tune_steps), bf16=bf16)
        _run(base, data, out, recipe, limit, held_out)


def _run(base: str, data: Path, out: Path, recipe: Recipe, limit: int | None, held_out: int) -> None:
    from sentence_transformers import SentenceTransformer

    from index.training.data import read_sources
    from index.training.minilm.export import export_encoder
    from index.training.minilm.heldout import hold_out
    from index.training.minilm.stages import distil, read_base, start_student, tune

    _keep_settings(out, asdict(recipe) | {"limit": limit, "held_out": held_out})
    teacher = read_base(base)
    pairs, held = hold_out(read_sources(data, limit), held_out, source="papers", seed=recipe.seed)
    for name, rows in pairs.items():
        typer.echo(f"{name}: {len(rows):,} pairs", err=True)
    typer.echo(f"held out: {len(held):,} pairs", err=True)
    start_student(teacher, pairs, out, recipe)
    distil(teacher, pairs, out, recipe)
    tune(pairs, out, recipe)
    if not (out / NAME).is_dir():
        export_encoder(SentenceTransformer(str(out / "tuned")), out / NAME, max_tokens=teacher.max_seq_length or 256)
    typer.echo(f"saved {out / NAME}", err=True)
    _measure(base, out, held)


def _measure(base: str, out: Path, held: list[tuple[str, str]]) -> None:
    """Writes ``OUT/measures.json``: how often each stage finds a held-out translation, the cost of int8."""
    from sentence_transformers import SentenceTransformer

    from index.encoders.onnx import OnnxEncoder
    from index.training.minilm.heldout import cosines, translation_accuracy

    file = out / "measures.json"
    measures = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    encoders: dict[str, Callable[[], Callable[[list[str]], Any]]] = {
        "base": lambda: SentenceTransformer(base).encode,
        "start": lambda: SentenceTransformer(str(out / "start")).encode,
        "distilled": lambda: SentenceTransformer(str(out / "distilled")).encode,
        "tuned": lambda: SentenceTransformer(str(out / "tuned")).encode,
        NAME: lambda: OnnxEncoder.load(out / NAME).encode_passages,
    }
    for name, load in encoders.items() if held else ():
        if name not in measures:
            encode = load()
            forward, backward = translation_accuracy(encode, held)
            measures[name] = {"pairs": len(held), "zh-en": round(forward, 4), "en-zh": round(backward, 4)}
            if name == NAME:
                texts = [text for pair in held[:_ROUNDED] for text in pair]
                kept = cosines(encode(texts), encoders["tuned"]()(texts))
                measures[name] |= {"mean cosine": round(float(kept.mean()), 5), "lowest": round(float(kept.min()), 5)}
            file.write_text(json.dumps(measures, indent=1) + "\n", encoding="utf-8")
        score = measures[name]
        typer.echo(f"{name}: translation found zh-en {score['zh-en']:.1%}, en-zh {score['en-zh']:.1%}", err=True)
        if name == NAME:
            typer.echo(f"rounded to int8: cosine {score['mean cosine']}, lowest {score['lowest']}", err=True)


def _keep_settings(out: Path, settings: dict[str, Any]) -> None:
    """Writes the settings to OUT, or holds them against those of the run that OUT already has.

    Raises:
        StudyError: That run had other settings.
    """
    file = out / "recipe.json"
    text = json.dumps(settings, indent=1) + "\n"
    if file.is_file() and file.read_text(encoding="utf-8") != text:
        raise StudyError(f"{out} holds a run with other settings ({file}); choose another --out, or delete it")
    out.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
