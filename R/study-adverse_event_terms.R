# Terms that simulated adverse events are drawn from, with their organ class and how often they occur among
# the events of their kind.

read_terms <- function(text) {
  utils::read.table(
    text = text, sep = "|", header = TRUE, strip.white = TRUE, quote = "", stringsAsFactors = FALSE
  )
}

# Of treatment and disease, whatever the drug.
ordinary_terms <- read_terms("
term                                 | body_system                                          | weight
Fatigue                              | General disorders and administration site conditions | 16
Pyrexia                              | General disorders and administration site conditions | 7
Oedema peripheral                    | General disorders and administration site conditions | 4
Nausea                               | Gastrointestinal disorders                           | 12
Constipation                         | Gastrointestinal disorders                           | 8
Vomiting                             | Gastrointestinal disorders                           | 6
Abdominal pain                       | Gastrointestinal disorders                           | 4
Decreased appetite                   | Metabolism and nutrition disorders                   | 10
Hyponatraemia                        | Metabolism and nutrition disorders                   | 3
Anaemia                              | Blood and lymphatic system disorders                 | 9
Neutropenia                          | Blood and lymphatic system disorders                 | 4
Cough                                | Respiratory, thoracic and mediastinal disorders      | 8
Dyspnoea                             | Respiratory, thoracic and mediastinal disorders      | 7
Back pain                            | Musculoskeletal and connective tissue disorders      | 6
Arthralgia                           | Musculoskeletal and connective tissue disorders      | 6
Headache                             | Nervous system disorders                             | 5
Insomnia                             | Psychiatric disorders                                | 4
Urinary tract infection              | Infections and infestations                          | 4
Pneumonia                            | Infections and infestations                          | 4
Weight decreased                     | Investigations                                       | 3
")

# Immune-related ones by organ; `weight` is within the organ.
irae_terms <- read_terms("
organ            | term                       | body_system                                     | weight
Skin             | Rash maculo-papular        | Skin and subcutaneous tissue disorders          | 5
Skin             | Pruritus                   | Skin and subcutaneous tissue disorders          | 4
Skin             | Vitiligo                   | Skin and subcutaneous tissue disorders          | 1
Endocrine        | Hypothyroidism             | Endocrine disorders                             | 6
Endocrine        | Hyperthyroidism            | Endocrine disorders                             | 3
Endocrine        | Hypophysitis               | Endocrine disorders                             | 1
Gastrointestinal | Diarrhoea                  | Gastrointestinal disorders                      | 5
Gastrointestinal | Immune-mediated colitis    | Gastrointestinal disorders                      | 4
Hepatic          | Immune-mediated hepatitis  | Hepatobiliary disorders                         | 6
Hepatic          | Alanine aminotransferase increased | Investigations                          | 4
Pulmonary        | Immune-mediated lung disease | Respiratory, thoracic and mediastinal disorders | 1
Musculoskeletal  | Immune-mediated arthritis  | Musculoskeletal and connective tissue disorders | 6
Musculoskeletal  | Immune-mediated myositis   | Musculoskeletal and connective tissue disorders | 3
Renal            | Immune-mediated nephritis  | Renal and urinary disorders                     | 1
Cardiac          | Immune-mediated myocarditis | Cardiac disorders                              | 1
Neurological     | Immune-mediated neuropathy | Nervous system disorders                        | 1
")

# The term and organ class of immune-related events of these organs.
irae_term_rows <- function(organ, uniform) {
  row <- integer(length(organ))
  for (name in unique(organ)) {
    rows <- which(irae_terms$organ == name)
    own <- organ == name
    row[own] <- rows[pick(uniform[own], irae_terms$weight[rows])]
  }
  row
}
