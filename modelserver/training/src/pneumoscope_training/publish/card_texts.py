"""The texts of card.json that the page shows, in every language of the page: the model's scope and the names of its
sources."""

TITLE = "Pneumonia on frontal chest radiographs"

SCOPE = {
    "en": {
        "known": [
            "Children aged 1 to 5 from one hospital in Guangzhou: frontal films, normal or with pneumonia.",
            "Films of adults that radiologists had read as normal.",
            "Thresholds, zones and calibration were set on films from the Guangzhou hospital alone.",
        ],
        "unknown": [
            "The care of any patient: this is a teaching and research model, not a medical device.",
            "Adults with pneumonia: the model is weak there. It saw few such films, with unreliable labels taken from "
            "report text.",
            "Any other hospital, machine or age: the probability is not calibrated there.",
            "Other diseases, lateral films, and films that are cropped, framed or mirrored.",
            "The map as a sign of where the disease is: it shows where the score came from.",
        ],
    },
    "fr": {
        "known": [
            "Enfants de 1 à 5 ans d'un seul hôpital de Canton : clichés de face, normaux ou avec pneumonie.",
            "Clichés d'adultes que des radiologues avaient jugés normaux.",
            "Les seuils, les zones et la calibration ont été fixés sur les clichés du seul hôpital de Canton.",
        ],
        "unknown": [
            "Prise en charge d'un patient : c'est un modèle pour l'enseignement et la recherche, pas un dispositif "
            "médical.",
            "Adultes avec pneumonie : le modèle y est peu performant. Il a vu peu de ces clichés, avec des étiquettes "
            "peu fiables tirées de comptes rendus.",
            "Tout autre hôpital, appareil ou âge : la probabilité n'y est pas calibrée.",
            "Autres maladies, clichés de profil, et clichés recadrés, encadrés ou en miroir.",
            "La carte comme repère de la maladie : elle montre seulement d'où vient le score.",
        ],
    },
}

SOURCES = {
    "kermany": {
        "title": {
            "en": "Kermany (children)",
            "fr": "Kermany (enfants)",
        }
    },
    "nih": {
        "title": {
            "en": "NIH (adults, labels from reports)",
            "fr": "NIH (adultes, étiquettes tirées de comptes rendus)",
        }
    },
    "rsna": {
        "title": {
            "en": "RSNA (adults, all normal)",
            "fr": "RSNA (adultes, tous normaux)",
        }
    },
}
