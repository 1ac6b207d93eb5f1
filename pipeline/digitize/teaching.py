"""What a page teaches the plate of its book."""

from __future__ import annotations

from pipeline.digitize.straight import Straight
from pipeline.imaging import form_template as form_templates
from pipeline.imaging.form_template import TemplateGeometry
from pipeline.locate import form_fit as fitting
from pipeline.model import TemplateLabel, TemplateView
from pipeline.schema import Form


def shape_of(form: Form) -> TemplateGeometry:
    """The size of the form's printed frame."""
    left, top, right, bottom = form.frame
    return TemplateGeometry((right - left) * form.paper_mm[0], (bottom - top) * form.paper_mm[1])


def lesson(straight: Straight, form: Form) -> TemplateView:
    """The straight page as it teaches its book's plate."""
    left, top = straight.frame.corners.min(axis=0)
    right, bottom = straight.frame.corners.max(axis=0)
    letter = form.text_size * straight.fit.height
    numbers = [number for number, label in enumerate(form.labels) if label.text]
    labels = [
        TemplateLabel(
            number,
            (placed.box.left - left) / (right - left),
            (placed.box.right - left) / (right - left),
            (placed.box.bottom - 0.3 * letter - top) / (bottom - top),
        )
        for number, placed in zip(numbers, fitting.place_labels(form, straight.fit), strict=True)
        if placed.score
    ]
    return form_templates.template_view(straight.normalized, straight.frame.corners, shape_of(form), labels)
