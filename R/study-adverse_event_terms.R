# Terms that simulated adverse events are drawn from, with their organ class and how often they occur among
# the events of their kind, and the lowest and highest grade that CTCAE v5.0 gives the term.

# The system organ classes of MedDRA, by the word that stands for them below.
organ_classes <- c(
  General = "General disorders and administration site conditions",
  Gastrointestinal = "Gastrointestinal disorders",
  Metabolism = "Metabolism and nutrition disorders",
  Blood = "Blood and lymphatic system disorders",
  Respiratory = "Respiratory, thoracic and mediastinal disorders",
  Musculoskeletal = "Musculoskeletal and connective tissue disorders",
  `Nervous system` = "Nervous system disorders",
  Psychiatric = "Psychiatric disorders",
  Infections = "Infections and infestations",
  Investigations = "Investigations",
  Skin = "Skin and subcutaneous tissue disorders",
  Endocrine = "Endocrine disorders",
  Hepatobiliary = "Hepatobiliary disorders",
  Renal = "Renal and urinary disorders",
  Cardiac = "Cardiac disorders"
)

read_terms <- function(text) {
  terms <- utils::read.table(
    text = text, sep = "|", header = TRUE, strip.white = TRUE, quote = "", stringsAsFactors = FALSE
  )
  terms$body_system <- unname(organ_classes[terms$class])
  terms
}

# Of treatment and disease, whatever the drug.
ordinary_terms <- read_terms("
term                    | class            | weight | lowest | highest
Fatigue                 | General          | 16     | 1      | 3
Pyrexia                 | General          | 7      | 1      | 5
Oedema peripheral       | General          | 4      | 1      | 3
Nausea                  | Gastrointestinal | 12     | 1      | 3
Constipation            | Gastrointestinal | 8      | 1      | 5
Vomiting                | Gastrointestinal | 6      | 1      | 5
Abdominal pain          | Gastrointestinal | 4      | 1      | 3
Decreased appetite      | Metabolism       | 10     | 1      | 5
Hyponatraemia           | Metabolism       | 3      | 1      | 5
Anaemia                 | Blood            | 9      | 1      | 5
Neutropenia             | Blood            | 4      | 1      | 4
Cough                   | Respiratory      | 8      | 1      | 3
Dyspnoea                | Respiratory      | 7      | 1      | 5
Back pain               | Musculoskeletal  | 6      | 1      | 3
Arthralgia              | Musculoskeletal  | 6      | 1      | 3
Headache                | Nervous system   | 5      | 1      | 3
Insomnia                | Psychiatric      | 4      | 1      | 3
Urinary tract infection | Infections       | 4      | 2      | 5
Pneumonia               | Infections       | 4      | 2      | 5
Weight decreased        | Investigations   | 3      | 1      | 3
")

# Immune-related ones by organ; `weight` is within the organ.
irae_terms <- read_terms("
organ            | term                               | class            | weight | lowest | highest
Skin             | Rash maculo-papular                | Skin             | 5      | 1      | 3
Skin             | Pruritus                           | Skin             | 4      | 1      | 3
Skin             | Vitiligo                           | Skin             | 1      | 1      | 2
Skin             | Dermatitis bullous                 | Skin             | 0.3    | 1      | 5
Endocrine        | Hypothyroidism                     | Endocrine        | 6      | 1      | 5
Endocrine        | Hyperthyroidism                    | Endocrine        | 3      | 1      | 5
Endocrine        | Hypophysitis                       | Endocrine        | 1      | 1      | 5
Gastrointestinal | Diarrhoea                          | Gastrointestinal | 5      | 1      | 5
Gastrointestinal | Immune-mediated colitis            | Gastrointestinal | 4      | 1      | 5
Hepatic          | Immune-mediated hepatitis          | Hepatobiliary    | 6      | 1      | 5
Hepatic          | Alanine aminotransferase increased | Investigations   | 4      | 1      | 4
Pulmonary        | Immune-mediated lung disease       | Respiratory      | 1      | 1      | 5
Musculoskeletal  | Immune-mediated arthritis          | Musculoskeletal  | 6      | 1      | 3
Musculoskeletal  | Immune-mediated myositis           | Musculoskeletal  | 3      | 1      | 4
Musculoskeletal  | Rhabdomyolysis                     | Musculoskeletal  | 0.3    | 1      | 5
Renal            | Immune-mediated nephritis          | Renal            | 1      | 1      | 5
Cardiac          | Immune-mediated myocarditis        | Cardiac          | 1      | 1      | 5
Neurological     | Immune-mediated neuropathy         | Nervous system   | 1      | 1      | 5
")

# Rows of `terms` by their weights, among those of the event's organ (`NULL`: all) that have its grade and the
# worst that it comes to.
term_rows <- function(terms, organ, grade, worst, uniform) {
  row <- integer(length(grade))
  kind <- paste(organ, grade, worst)
  for (name in unique(kind)) {
    own <- which(kind == name)
    one <- own[1]
    fits <- terms$lowest <= grade[one] & terms$highest >= worst[one]
    if (!is.null(organ)) fits <- fits & terms$organ == organ[one]
    rows <- which(fits)
    row[own] <- rows[pick(uniform[own], terms$weight[rows])]
  }
  row
}
