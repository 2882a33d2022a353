"""Jobs of industry that the project can always name, before anybody loads the official list.

The French titles are those of ROME 4.0 (version 460, France Travail, Licence Ouverte); the English ones are ours. A
choice, not the whole: `codes.py` reads the rest from the official file.
"""

from contracts.errors import Wording

INDUSTRIAL_JOBS: dict[str, Wording] = {
    code: Wording(en=en, fr=fr)
    for code, en, fr in (
        ("E1301", "Printing press operator", "Conducteur / Conductrice de machines d'impression"),
        ("H1102", "Industrial sales engineer", "Ingénieur / Ingénieure d'affaires en industrie"),
        ("H1202", "Electrical and electronics drafter", "Dessinateur / Dessinatrice en électricité-électronique"),
        ("H1203", "Mechanical design drafter", "Dessinateur-projeteur / Dessinatrice-projeteuse en mécanique"),
        ("H1204", "Designer", "Designer"),
        ("H1206", "Research and development engineer", "Ingénieur / Ingénieure R&D en industrie"),
        ("H1208", "Automation designer", "Automaticien / Automaticienne en bureau d'études"),
        ("H1210", "Research and development technician", "Technicien / Technicienne R&D"),
        ("H1237", "Renewable energy engineer", "Ingénieur / Ingénieure énergies renouvelables"),
        ("H1241", "Hydrogen systems architect", "Architecte système hydrogène"),
        ("H1304", "Environmental manager", "Responsable environnement en industrie"),
        ("H1402", "Process engineer", "Ingénieur / Ingénieure méthodes et process"),
        ("H1404", "Process technician", "Technicien / Technicienne méthodes"),
        ("H1502", "Quality manager", "Responsable qualité en industrie"),
        (
            "H1503",
            "Industrial laboratory technician",
            "Technicien / Technicienne de laboratoire d'analyse industrielle",
        ),
        ("H2102", "Food production line operator", "Conducteur / Conductrice de ligne en industrie alimentaire"),
        ("H2104", "Cheese maker", "Fromager industriel / Fromagère industrielle"),
        ("H2206", "Joiner", "Menuisier / Menuisière"),
        ("H2301", "Chemical production line operator", "Conducteur / Conductrice de ligne en industrie chimique"),
        (
            "H2303",
            "Pharmaceutical production operator",
            "Opérateur / Opératrice de fabrication en industrie pharmaceutique",
        ),
        ("H2402", "Industrial sewer", "Couturier industriel / Couturière industrielle de l'habillement"),
        ("H2504", "Production team leader", "Chef / Cheffe d'équipe en industrie"),
        ("H2602", "Control panel wirer", "Câbleur / Câbleuse d'armoires"),
        ("H2605", "Electronics assembler", "Monteur-câbleur / Monteuse-câbleuse en électronique"),
        ("H2701", "Energy technician", "Technicien / Technicienne énergie"),
        ("H2901", "Fitter", "Ajusteur-monteur / Ajusteuse-monteuse"),
        ("H2902", "Sheet-metal worker", "Chaudronnier / Chaudronnière"),
        ("H2903", "Machinist (turning and milling)", "Tourneur-fraiseur / Tourneuse-fraiseuse"),
        ("H2909", "Mechanical assembler", "Assembleur monteur / Assembleuse monteuse"),
        ("H2913", "Welder", "Soudeur / Soudeuse"),
        ("H3201", "Plastics processor", "Plasturgiste"),
        ("H3203", "Composites laminator", "Mouleur-stratifieur / Mouleuse-stratifieuse"),
        ("H3404", "Industrial painter", "Peintre industriel / Peintre industrielle"),
        ("I1102", "Maintenance engineer", "Ingénieur / Ingénieure de maintenance industrielle"),
        (
            "I1302",
            "Automated systems technician",
            "Technicien / Technicienne de maintenance d'installations automatisées",
        ),
        ("I1304", "Industrial maintenance technician", "Technicien / Technicienne de maintenance industrielle"),
        ("I1309", "Maintenance electrician", "Electricien / Electricienne de maintenance"),
        ("I1321", "Wind turbine technician", "Technicien / Technicienne de maintenance d'éoliennes"),
        ("I1602", "Aircraft mechanic", "Mécanicien / Mécanicienne avion"),
        ("K2301", "Wastewater network operator", "Agent / Agente d'exploitation des réseaux d'assainissement"),
        ("K2309", "Reuse and recycling technician", "Technicien / Technicienne réutilisation recyclage"),
        ("M1805", "Software developer", "Développeur / Développeuse informatique"),
        ("M1811", "Data engineer", "Data engineer"),
        ("N1101", "Forklift driver", "Cariste"),
        ("N1103", "Order picker", "Préparateur / Préparatrice de commandes"),
    )
}
