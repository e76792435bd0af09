"""What sales e-mails, replies, calls and meetings are called, in the language of the lead."""

from __future__ import annotations

# The seller's own confirmation of a form is always in English and always says that it is automatic.
CONFIRMATION = "Automatic reply: we received your request"

FIRST_MAIL = {
    "en": ("Your request", "Quick question about your pipeline", "Introduction"),
    "de": ("Ihre Anfrage", "Kurze Frage zu Ihrem Vertrieb", "Vorstellung"),
    "fr": ("Votre demande", "Une question sur votre pipeline", "Présentation"),
    "es": ("Su solicitud", "Una pregunta sobre sus ventas", "Presentación"),
    "pt": ("Seu pedido", "Uma pergunta sobre as suas vendas", "Apresentação"),
    "it": ("La sua richiesta", "Una domanda sulle vendite", "Presentazione"),
    "nl": ("Uw aanvraag", "Korte vraag over uw verkoop", "Kennismaking"),
}
FOLLOW_UP = {
    "en": ("Following up", "Still of interest?", "A case study for you"),
    "de": ("Nachfrage", "Noch interessant?", "Ein Praxisbeispiel"),
    "fr": ("Relance", "Toujours d'actualité ?", "Une étude de cas"),
    "es": ("Seguimiento", "¿Sigue interesado?", "Un caso práctico"),
    "pt": ("Acompanhamento", "Ainda tem interesse?", "Um caso de sucesso"),
    "it": ("Un aggiornamento", "Ancora interessato?", "Un caso di successo"),
    "nl": ("Opvolging", "Nog interesse?", "Een praktijkvoorbeeld"),
}
OUT_OF_OFFICE = {
    "en": "Automatic reply: out of office",
    "de": "Automatische Antwort: Abwesenheit",
    "fr": "Réponse automatique : absence du bureau",
    "es": "Respuesta automática: fuera de la oficina",
    "pt": "Resposta automática: fora do escritório",
    "it": "Risposta automatica: fuori ufficio",
    "nl": "Automatisch antwoord: afwezig",
}
REPLY_PREFIX = {"de": "AW: ", "it": "R: ", "nl": "Antw: "}
MEETING = ("Discovery call", "Product demo", "Requirements workshop", "Offer review", "Contract questions")
TASK = ("Call back", "Send material", "Check buying group", "Prepare offer")
NOTE = (
    "Asked about price and contract length.",
    "Uses spreadsheets today; pain is slow follow-up.",
    "Budget is decided next quarter.",
    "Not the decision maker, will forward.",
    "Compares two other tools.",
    'Said: "too early, call in spring".\nAgreed on a call; next steps:\n- price list, 20 seats\n- security paper',
    "Très intéressé 👍, wants a trial, budget 5,000 €",
)
REFUSALS = ("No budget", "No need", "Wrong person", "Too small", "Chose a competitor", "No reply")
