"""Countries with their language, time, telephone prefix, cities and ordinary names of people."""

from __future__ import annotations

from dataclasses import dataclass

from leadwright_sandbox.population.draws import Weighted
from leadwright_sandbox.population.moments import HOUR


@dataclass(frozen=True, slots=True)
class Names:
    """First and last names that go together."""

    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """A country people live in; `appeal` is how well the seller can serve it (hidden).

    `offset` is that of standard time and tells only who is awake at the same hours; clocks follow `zone`.
    """

    code: str
    name: str
    spellings: tuple[str, ...]
    language: str
    offset: int
    zone: str
    dial: str
    cities: tuple[str, ...]
    names: Names
    appeal: float


def _names(first: str, last: str) -> Names:
    return Names(tuple(first.split()), tuple(last.split()))


_ENGLISH = _names(
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Lisa Anthony Emily Mark Ashley Andrew Olivia Grace "
    "Oliver Amelia Harry Chloe Jack Sophie Ethan Hannah Ryan Aisha Priya Wei Mei Carlos Sofia Kwame Fatima",
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White "
    "Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Green Baker Adams Nelson Hill Campbell "
    "Mitchell Roberts Carter Phillips Evans Turner Parker Edwards Collins Stewart Morris Murphy Cook Rogers Patel "
    "Nguyen Garcia O'Brien Bennett Hughes Foster Sanders Price Russell Null",
)
_GERMAN = _names(
    "Anna Lukas Sophie Maximilian Julia Felix Laura Paul Katharina Jonas Lena Tobias Sabine Stefan Petra Jürgen "
    "Monika Wolfgang Claudia Andreas Birgit Matthias Heike Günther Ute Björn Jörg Nadine Sven Kerstin Emre Ayşe",
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler "
    "Weiß Jäger Demir Großmann",
)
_FRENCH = _names(
    "Camille Louis Léa Hugo Manon Lucas Chloé Gabriel Inès Arthur Juliette Jules Zoé Antoine Élodie Nicolas Aurélie "
    "Thierry Nathalie François Sylvie Benoît Céline Mathieu Amina Karim",
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia "
    "Bertrand Roux Vincent Fournier Morel Girard Mercier Lefèvre Benali Chevalier Gauthier",
)
_SPANISH = _names(
    "Lucía Hugo Martina Mateo María Alejandro Carmen Javier Ana José Laura Miguel Cristina Antonio Elena Francisco "
    "Marta Sergio Beatriz Álvaro Ximena Diego Valentina Rodrigo",
    "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz "
    "Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Castillo",
)
_PORTUGUESE = _names(
    "João Maria Pedro Ana Lucas Beatriz Gabriel Larissa Rafael Camila Thiago Juliana Bruno Letícia Felipe Mariana "
    "Gustavo Fernanda Rodrigo Patrícia",
    "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida "
    "Lopes Soares Fernandes Vieira Barbosa Araújo Gonçalves",
)
_ITALIAN = _names(
    "Francesco Giulia Alessandro Chiara Lorenzo Martina Matteo Sara Andrea Francesca Marco Elisa Davide Valentina "
    "Luca Federica Giuseppe Paola Niccolò Simona",
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Mancini Costa "
    "Giordano Rizzo Lombardi Moretti D'Angelo",
)
_DUTCH = _names(
    "Daan Emma Sem Julia Lucas Sophie Bram Lotte Thijs Sanne Jeroen Femke Pieter Anouk Willem Marieke Sander Esther "
    "Joost Fleur",
    "Jong Jansen Vries Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Graaf "
    "Kok Jacobs Maas",
)
_NORDIC = _names(
    "Erik Astrid Lars Ingrid Anders Freja Søren Maja Oskar Elin Nils Sigrid Jonas Linnea Åsa Björn Mikkel Ida",
    "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Hansen Jensen Sørensen "
    "Berg Lindqvist Åkesson Holm Lund",
)
_POLISH = _names(
    "Jan Anna Piotr Katarzyna Krzysztof Małgorzata Andrzej Agnieszka Tomasz Barbara Paweł Ewa Łukasz Zofia Michał "
    "Magdalena",
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski "
    "Mazur Jankowski Krawczyk",
)
_INDIAN = _names(
    "Aarav Ananya Vivaan Diya Arjun Isha Rohan Kavya Rahul Neha Sanjay Pooja Vikram Deepa Amit Sunita Karthik Lakshmi "
    "Imran Zara",
    "Sharma Verma Gupta Singh Kumar Reddy Iyer Nair Mehta Joshi Desai Rao Chatterjee Banerjee Kapoor Malhotra Khan "
    "Pillai Menon Bose",
)
_JAPANESE = _names(
    "Haruto Yui Sota Aoi Ren Hina Yuto Sakura Kenji Naoko Takashi Keiko Hiroshi Yumi",
    "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Matsumoto Na",
)


def _country(
    code: str,
    names: str,
    language: str,
    hours: float,
    zone: str,
    dial: str,
    cities: str,
    people: Names,
    appeal: float,
) -> Country:
    name, *spellings = names.split("|")
    return Country(
        code,
        name,
        (*spellings, code),
        language,
        int(hours * HOUR),
        zone,
        dial,
        tuple(cities.split("|")),
        people,
        appeal,
    )


_SHARES = (
    (_country("US", "United States|USA|U.S.|United States of America", "en", -6, "America/Chicago", "+1",
              "New York|Chicago|Austin|Denver|Boston|Seattle|Atlanta", _ENGLISH, 1.0), 34),
    (_country("GB", "United Kingdom|UK|England", "en", 0, "Europe/London", "+44",
              "London|Manchester|Leeds|Bristol|Edinburgh", _ENGLISH, 0.9), 11),
    (_country("DE", "Germany|Deutschland", "de", 1, "Europe/Berlin", "+49",
              "Berlin|München|Hamburg|Köln|Stuttgart|Leipzig", _GERMAN, 0.9), 11),
    (_country("FR", "France", "fr", 1, "Europe/Paris", "+33", "Paris|Lyon|Lille|Nantes|Toulouse", _FRENCH, 0.7), 7),
    (_country("CA", "Canada", "en", -5, "America/Toronto", "+1", "Toronto|Vancouver|Montréal", _ENGLISH, 0.9), 5),
    (_country("ES", "Spain|España", "es", 1, "Europe/Madrid", "+34", "Madrid|Barcelona|Valencia", _SPANISH, 0.6), 5),
    (_country("NL", "Netherlands|The Netherlands|Nederland", "nl", 1, "Europe/Amsterdam", "+31",
              "Amsterdam|Rotterdam|Utrecht", _DUTCH, 0.8), 4),
    (_country("IT", "Italy|Italia", "it", 1, "Europe/Rome", "+39", "Milano|Roma|Torino", _ITALIAN, 0.5), 4),
    (_country("BR", "Brazil|Brasil", "pt", -3, "America/Sao_Paulo", "+55", "São Paulo|Curitiba|Recife",
              _PORTUGUESE, 0.35), 4),
    (_country("IN", "India", "en", 5.5, "Asia/Kolkata", "+91", "Bengaluru|Mumbai|Pune|Chennai", _INDIAN, 0.3), 4),
    (_country("AU", "Australia", "en", 10, "Australia/Sydney", "+61", "Sydney|Melbourne|Perth", _ENGLISH, 0.7), 4),
    (_country("SE", "Sweden|Sverige", "en", 1, "Europe/Stockholm", "+46", "Stockholm|Göteborg", _NORDIC, 0.7), 3),
    (_country("PL", "Poland|Polska", "en", 1, "Europe/Warsaw", "+48", "Warszawa|Kraków|Wrocław", _POLISH, 0.4), 2),
    (_country("MX", "Mexico|México", "es", -6, "America/Mexico_City", "+52", "Ciudad de México|Monterrey",
              _SPANISH, 0.35), 1.5),
    (_country("JP", "Japan", "en", 9, "Asia/Tokyo", "+81", "Tokyo|Osaka", _JAPANESE, 0.3), 0.5),
)  # fmt: skip
COUNTRIES = {country.code: country for country, _ in _SHARES}
ANYWHERE = Weighted(_SHARES)
