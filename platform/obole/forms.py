"""How forms are written: by the components, wherever a template says `{{ form }}`."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's own widgets in the site's own fields."""

    form_template_name = "components/form.html"
    field_template_name = "components/group.html"
