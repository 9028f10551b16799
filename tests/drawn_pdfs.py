"""PDFs for tests, drawn by reportlab or written by hand."""

from reportlab.lib.pagesizes import letter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = letter
TITLE = ("Gradient Routing: Masking Gradients", "to Localise Computation")
LEFT = (
    "Abstract",
    "Gradient routing is a method that masks gra-",
    "dients so that chosen parts of a network learn",
    "chosen capabilities. It costs less than 3 percent of",
    "training time on our benchmark of 12 tasks.",
    "1 Introduction",
    "Large models learn many capabilities, and nobody",
    "knows where. The state-of-the-",
    "art baseline needs 40 hours on eight GPUs.",
)
RIGHT = (
    "We find that it works for small models, too. Re-",
    "moving a routed region removes the capability.",
    "2 Method",
    "For every token a mask is chosen by its label.",
    "The mask multiplies the gradient of each layer.",
    "Masks are fixed before the training has begun.",
    "Nothing else of the training is changed.",
)
SECOND_LEFT = (
    "3 Results",
    "On the 12 tasks the routed model keeps 97.1 per-",
    "cent of the accuracy of the plain model.",
    "After ablation the accuracy falls to 8.3 percent.",
    "The biggest run used 64 GPUs for nine days.",
    "It was stopped when the loss was flat.",
)
REFERENCES = (
    "References",
    "[1] A. Author. A paper on routing. 2021.",
    "[2] B. Bauthor. Another. arXiv:1706.03762.",
    "[3] C. Cauthor. A third paper. 2020.",
    "[4] D. Dauthor. A fourth. doi:10.1145/12.34",
    "[5] E. Eauthor. A fifth. 2019.",
)
PAGES = ((LEFT, RIGHT), (SECOND_LEFT, REFERENCES))


def draw_paper(
    file,
    *,
    title=TITLE,
    authors="Alice Cloud, Jacob Goldman-Wetzler and Bo Li",
    pages=PAGES,
    stamp="",
    row_by_row=True,
    facts=(),
):
    """Draws a paper of two columns with a running head, page numbers and, at its margin, arXiv's stamp."""
    canvas = Canvas(str(file), pagesize=letter, invariant=True)
    for name, value in facts:
        getattr(canvas, f"set{name}")(value)
    for number, columns in enumerate(pages, start=1):
        canvas.setFont("Times-Roman", 9)
        canvas.drawString(72, HEIGHT - 40, "Proceedings of a Conference on Routing")
        canvas.drawCentredString(WIDTH / 2, 30, str(number))
        top = HEIGHT - 80
        if number == 1:
            top = _head(canvas, title, authors, stamp, top)
        canvas.setFont("Times-Roman", 10)
        places = [(row, side) for row in range(max(map(len, columns))) for side in (0, 1)]
        for row, side in places if row_by_row else sorted(places, key=lambda place: place[1]):
            if row < len(columns[side]):
                canvas.drawString(54 + 265 * side, top - 12 * row, columns[side][row])
        canvas.showPage()
    canvas.save()
    return file


def _head(canvas, title, authors, stamp, top):
    if stamp:
        canvas.saveState()
        canvas.translate(20, 250)
        canvas.rotate(90)
        canvas.setFont("Times-Roman", 20)
        canvas.drawString(0, 0, stamp)
        canvas.restoreState()
    canvas.setFont("Times-Bold", 16)
    for line in title:
        canvas.drawCentredString(WIDTH / 2, top, line)
        top -= 20
    canvas.setFont("Times-Roman", 11)
    canvas.drawCentredString(WIDTH / 2, top - 5, authors)
    return top - 40


def draw_lines(file, *pages, font="Times-Roman", size=10, password=None, top=100):
    """Draws lines, 14 points apart, down the left edge of pages, from some points below the top on."""
    encrypt = StandardEncryption(password) if password else None
    canvas = Canvas(str(file), pagesize=letter, encrypt=encrypt, invariant=True)
    for lines in pages:
        canvas.setFont(font, size)
        for number, line in enumerate(lines):
            canvas.drawString(72, HEIGHT - top - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return file


def draw_scan(file, pages=3):
    """Draws pages that hold a picture of boxes and no text."""
    canvas = Canvas(str(file))
    for _ in range(pages):
        canvas.rect(50, 50, 400, 600, fill=1)
        canvas.showPage()
    canvas.save()
    return file


def write_pdf(file, objects, root=1):
    """Writes a PDF of raw objects, numbered from 1, with a right table of their places."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root {root} 0 R >>\n"
    file.write_bytes(content + f"{end}startxref\n{len(content)}\n%%EOF\n".encode())
    return file
