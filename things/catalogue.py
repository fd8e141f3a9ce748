"""The fixed lists that a thing is filed under: categories and languages, as Flattr had them."""

from operator import itemgetter

from babel import Locale
from django.db import models
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What kind of thing it is. Identifiers are those of Flattr's API."""

    TEXT = "text", _("Text")
    IMAGES = "images", _("Images")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    SOFTWARE = "software", _("Software")
    PEOPLE = "people", _("People")
    REST = "rest", _("Other")


# Flattr's identifiers, its old codes for Hebrew (iw) and Indonesian (in) included:
# clients send them, and answers must carry them back.
LANGUAGES: dict[str, str] = {
    "sq_AL": "Albanian",
    "ar_DZ": "Arabic",
    "be_BY": "Belarusian",
    "bg_BG": "Bulgarian",
    "ca_ES": "Catalan",
    "zh_CN": "Chinese",
    "hr_HR": "Croatian",
    "cs_CZ": "Czech",
    "da_DK": "Danish",
    "nl_NL": "Dutch",
    "en_GB": "English",
    "et_EE": "Estonian",
    "fi_FI": "Finnish",
    "fr_FR": "French",
    "de_DE": "German",
    "el_GR": "Greek",
    "iw_IL": "Hebrew",
    "hi_IN": "Hindi",
    "hu_HU": "Hungarian",
    "is_IS": "Icelandic",
    "in_ID": "Indonesian",
    "ga_IE": "Irish",
    "it_IT": "Italian",
    "ja_JP": "Japanese",
    "ko_KR": "Korean",
    "lv_LV": "Latvian",
    "lt_LT": "Lithuanian",
    "mk_MK": "Macedonian",
    "ms_MY": "Malay",
    "mt_MT": "Maltese",
    "no_NO": "Norwegian",
    "pl_PL": "Polish",
    "pt_PT": "Portuguese",
    "ro_RO": "Romanian",
    "ru_RU": "Russian",
    "sr_RS": "Serbian",
    "sk_SK": "Slovak",
    "sl_SI": "Slovenian",
    "es_ES": "Spanish",
    "sv_SE": "Swedish",
    "th_TH": "Thai",
    "tr_TR": "Turkish",
    "uk_UA": "Ukrainian",
    "vi_VN": "Vietnamese",
}
DEFAULT_LANGUAGE = "en_GB"

# What browsers and screen readers call them today.
_TAGS_TODAY = {"iw": "he", "in": "id"}


def language_tag(identifier: str) -> str:
    """The language of an identifier as HTML writes it: `de` for `de_DE`."""
    code = identifier.partition("_")[0]
    return _TAGS_TODAY.get(code, code)


def language_choices() -> list[tuple[str, str]]:
    """All identifiers with their names in the active language, by name."""
    known = Locale.parse(to_locale(get_language() or "en")).languages
    names = {code: known.get(language_tag(code), english) for code, english in LANGUAGES.items()}
    return sorted(((code, name.capitalize()) for code, name in names.items()), key=itemgetter(1))


def language_like(tag: str) -> str:
    """The identifier of a language tag such as `fr-CH`; the default where there is none like it."""
    written = tag.strip().replace("-", "_")
    if written in LANGUAGES:
        return written
    code = written.partition("_")[0].lower()
    # Flattr's identifiers have the old codes of three languages.
    code = {"he": "iw", "id": "in", "nb": "no", "nn": "no"}.get(code, code)
    return next((name for name in LANGUAGES if name.startswith(f"{code}_")), DEFAULT_LANGUAGE)
