# ruff: noqa: E501 (one line per department reads better than a folded table)
"""Job titles by language, department and level, and how much a level or department can buy (hidden)."""

from __future__ import annotations

from leadwright_sandbox.population.draws import Weighted

# Levels from the top: 0 board, 1 vice president, 2 director or head, 3 manager, 4 specialist, 5 junior.
LEVEL_APPEAL = (0.95, 1.0, 0.9, 0.65, 0.3, 0.05)
DEPARTMENT_APPEAL = {
    "revops": 1.0,
    "sales": 0.95,
    "marketing": 0.85,
    "management": 0.75,
    "it": 0.45,
    "finance": 0.25,
    "hr": 0.1,
    "product": 0.3,
}
LEVELS = Weighted(enumerate((10, 9, 20, 30, 25, 6)))
DEPARTMENTS = Weighted(
    (("sales", 22), ("marketing", 24), ("revops", 10), ("management", 12), ("it", 13), ("finance", 7), ("hr", 5),
     ("product", 7))
)  # fmt: skip

_TABLES = {
    "en": """
sales: Chief Revenue Officer/CRO; VP Sales/Vice President, Sales; Sales Director/Head of Sales; Sales Manager/Regional Sales Manager; Account Executive/Sales Representative; Sales Assistant/Sales Intern
marketing: Chief Marketing Officer/CMO; VP Marketing/SVP Growth; Head of Marketing/Director of Demand Generation; Marketing Manager/Campaign Manager; Content Specialist/SEO Specialist; Marketing Assistant/Marketing Intern
revops: Chief Commercial Officer; VP Revenue Operations; Head of RevOps/Director, Sales Operations; Revenue Operations Manager/CRM Manager; CRM Administrator/Sales Operations Analyst; Junior CRM Analyst
management: CEO/Founder & CEO/Managing Director; COO/Executive Vice President; General Manager/Business Unit Director; Operations Manager/Office Manager; Business Analyst/Project Coordinator; Executive Assistant/Trainee
it: CIO/CTO; VP Engineering/VP IT; IT Director/Head of Infrastructure; IT Manager/Engineering Manager; Software Engineer/Systems Administrator; Junior Developer/IT Intern
finance: CFO; VP Finance; Finance Director/Head of Controlling; Finance Manager/Accounting Manager; Accountant/Financial Analyst; Accounts Clerk
hr: Chief People Officer; VP People; HR Director/Head of Talent; HR Manager; Recruiter/HR Generalist; HR Assistant
product: Chief Product Officer; VP Product; Director of Product/Head of Design; Product Manager; UX Designer/Product Analyst; Junior Product Analyst
""",
    "de": """
sales: Vertriebsvorstand; Bereichsleiter Vertrieb; Vertriebsleiter/Leiterin Vertrieb; Vertriebsmanager/Gebietsverkaufsleiter; Vertriebsmitarbeiter/Key Account Managerin; Vertriebsassistentin
marketing: Marketingvorstand; Bereichsleiterin Marketing; Leiter Marketing/Marketingleiterin; Marketing Manager/Kampagnenmanagerin; Online-Redakteur/Referentin Marketing; Werkstudent Marketing
revops: Leiter Gesamtvertrieb & Operations; Bereichsleiter Vertriebssteuerung; Leiterin Vertriebssteuerung/Head of CRM; CRM-Manager; CRM-Administratorin/Vertriebscontroller; Praktikant CRM
management: Geschäftsführer/Geschäftsführerin/Inhaber; Mitglied der Geschäftsleitung; Niederlassungsleiter/Bereichsleiterin; Betriebsleiter; Projektkoordinatorin/Sachbearbeiter; Assistenz der Geschäftsführung
it: IT-Vorstand; Bereichsleiter IT; IT-Leiter/Leiterin Infrastruktur; Teamleiter Softwareentwicklung; Softwareentwicklerin/Systemadministrator; Auszubildender Fachinformatiker
finance: Finanzvorstand; Bereichsleiterin Finanzen; Leiter Finanzen & Controlling; Controllerin; Buchhalter; Kaufmännische Auszubildende
hr: Personalvorstand; Bereichsleiter Personal; Personalleiterin; Personalreferent; Recruiterin; Personalsachbearbeiter
product: Produktvorstand; Bereichsleiter Produkt; Leiterin Produktmanagement; Produktmanager; Produktdesignerin; Werkstudentin Produkt
""",
    "fr": """
sales: Directeur général des ventes; Vice-présidente Ventes; Directeur commercial/Directrice commerciale; Responsable commercial/Chef des ventes; Ingénieur commercial/Chargée d'affaires; Assistante commerciale
marketing: Directrice générale marketing; Vice-président Marketing; Directeur marketing/Directrice de l'acquisition; Responsable marketing/Chef de campagne; Chargée de communication/Rédacteur web; Alternant marketing
revops: Directeur des revenus; Vice-présidente Opérations commerciales; Directeur des opérations commerciales; Responsable CRM; Administrateur CRM/Analyste commerciale; Stagiaire CRM
management: PDG/Gérant/Fondatrice; Directrice générale adjointe; Directeur de site; Responsable d'exploitation; Chargé de projet; Assistante de direction
it: DSI; Vice-président Ingénierie; Directeur informatique; Responsable informatique; Développeuse/Administrateur systèmes; Stagiaire développeur
finance: DAF; Vice-présidente Finances; Directeur financier; Responsable comptable; Comptable/Contrôleuse de gestion; Aide-comptable
hr: DRH; Vice-président RH; Directrice des ressources humaines; Responsable RH; Chargée de recrutement; Assistant RH
product: Directrice produit; Vice-président Produit; Directeur produit; Chef de produit; Designer produit; Stagiaire produit
""",
    "es": """
sales: Director General Comercial; Vicepresidente de Ventes; Directora Comercial/Director de Ventes; Jefe de Ventes/Gerente Comercial; Ejecutiva de Cuentas/Comercial; Asistente Comercial
marketing: Directora General de Marketing; Vicepresidenta de Marketing; Director de Marketing; Responsable de Marketing/Jefa de Campañas; Especialista SEO/Redactora; Becario de Marketing
revops: Director de Ingresos; Vicepresidente de Operaciones Comerciales; Directora de Operaciones de Ventas; Responsable de CRM; Administradora de CRM/Analista Comercial; Becaria de CRM
management: Consejero Delegado/CEO/Fundadora; Director General Adjunto; Gerente/Directora de Unidad; Jefe de Operaciones; Coordinadora de Proyectos; Asistente de Dirección
it: Director de Sistemas; Vicepresidenta de Ingeniería; Director de TI; Responsable de TI; Desarrollador/Administradora de Sistemas; Programador Junior
finance: Director Financiero; Vicepresidenta de Finanzas; Directora de Finanzas; Jefe de Contabilidad; Contable; Auxiliar Contable
hr: Directora de Personas; Vicepresidente de RRHH; Director de RRHH; Responsable de RRHH; Técnica de Selección; Auxiliar de RRHH
product: Directora de Producto; Vicepresidente de Producto; Director de Producto; Jefa de Producto; Diseñadora; Becario de Producto
""",
    "pt": """
sales: Diretor Executivo de Vendas; Vice-presidente de Vendas; Diretora Comercial; Gerente de Vendas; Executivo de Contas/Vendedora; Assistente Comercial
marketing: Diretora Executiva de Marketing; Vice-presidente de Marketing; Diretor de Marketing; Gerente de Marketing; Analista de Marketing; Estagiária de Marketing
revops: Diretor de Receita; Vice-presidente de Operações; Diretora de Operações Comerciais; Gerente de CRM; Analista de CRM; Estagiário de CRM
management: Diretor-Presidente/CEO/Sócia-fundadora; Vice-presidente Executivo; Diretora de Unidade; Gerente de Operações; Coordenadora de Projetos; Assistente Executiva
it: Diretor de Tecnologia; Vice-presidente de Engenharia; Diretora de TI; Gerente de TI; Desenvolvedora; Estagiário de TI
finance: Diretor Financeiro; Vice-presidente de Finanças; Diretora de Controladoria; Gerente Financeiro; Contador; Auxiliar Contábil
hr: Diretora de Pessoas; Vice-presidente de RH; Diretor de RH; Gerente de RH; Recrutadora; Assistente de RH
product: Diretora de Produto; Vice-presidente de Produto; Diretor de Produto; Gerente de Produto; Designer; Estagiária de Produto
""",
    "it": """
sales: Direttore Generale Vendite; Vicepresidente Vendite; Direttore Commerciale/Direttrice Vendite; Responsabile Vendite; Agente Commerciale/Account Executive; Assistente Commerciale
marketing: Direttrice Generale Marketing; Vicepresidente Marketing; Direttore Marketing; Responsabile Marketing; Specialista Contenuti; Stagista Marketing
revops: Direttore Ricavi; Vicepresidente Operazioni Commerciali; Direttore Operazioni Vendite; Responsabile CRM; Analista CRM; Stagista CRM
management: Amministratore Delegato/Titolare; Direttore Generale; Direttrice di Filiale; Responsabile Operativo; Coordinatrice di Progetto; Assistente di Direzione
it: Direttore Sistemi Informativi; Vicepresidente Ingegneria; Direttore IT; Responsabile IT; Sviluppatrice/Sistemista; Stagista IT
finance: Direttore Finanziario; Vicepresidente Finanza; Direttrice Amministrativa; Responsabile Contabilità; Contabile; Impiegata Amministrativa
hr: Direttrice del Personale; Vicepresidente HR; Direttore HR; Responsabile HR; Selezionatrice; Assistente HR
product: Direttore Prodotto; Vicepresidente Prodotto; Direttrice Prodotto; Responsabile Prodotto; Progettista; Stagista Prodotto
""",
    "nl": """
sales: Commercieel Directeur; VP Verkoop; Hoofd Verkoop/Verkoopdirecteur; Salesmanager/Verkoopleider; Accountmanager/Verkoper; Verkoopassistent
marketing: Marketingdirecteur; VP Marketing; Hoofd Marketing; Marketingmanager; Contentspecialist; Stagiair Marketing
revops: Directeur Omzet; VP Commerciële Operatie; Hoofd Sales Operations; CRM-manager; CRM-beheerder; Stagiair CRM
management: Algemeen Directeur/Eigenaar; Adjunct-directeur; Vestigingsdirecteur; Operationeel Manager; Projectcoördinator; Directiesecretaresse
it: IT-directeur; VP Techniek; Hoofd ICT; IT-manager; Ontwikkelaar/Systeembeheerder; Stagiair ICT
finance: Financieel Directeur; VP Financiën; Hoofd Financiën; Financieel Manager; Boekhouder; Administratief Medewerker
hr: HR-directeur; VP HR; Hoofd HR; HR-manager; Recruiter; HR-assistent
product: Productdirecteur; VP Product; Hoofd Product; Productmanager; Ontwerper; Stagiair Product
""",
}


def _read(table: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    lines = (line.split(": ", 1) for line in table.strip().splitlines())
    return {name: tuple(tuple(level.split("/")) for level in levels.split("; ")) for name, levels in lines}


TITLES = {language: _read(table) for language, table in _TABLES.items()}
STUDENT = {
    "en": "Student",
    "de": "Studentin",
    "fr": "Étudiant",
    "es": "Estudiante",
    "pt": "Estudante",
    "it": "Studentessa",
    "nl": "Student",
}
