# Random numbers of the tables that a simulated study is made of. Every number depends on the seed, on what it
# is for, on the person and on which of her events, visits or samples it belongs to, so more persons or more
# visits leave the others as they were.

# What numbers are drawn for. Two tables that drew under one number would be dependent.
draw_purposes <- c(
  baseline = 2, disease = 3, irae = 4, response = 5, visits = 6, tumour = 7, therapies = 8, faults = 16,
  dropout = 100, missed = 101, lesions = 102, primary = 103, start = 104, ae_times = 9,
  questionnaires = 10, performance = 11, variants = 12, samples = 13, markers = 14,
  ae_details = 200, irae_details = 201, ae_before = 202, questionnaire_person = 203,
  questionnaire_items = 204, performance_person = 205, marker_scale = 206, adverse_event_dates = 207,
  therapy_dates = 208, death_dates = 209, variant_details = 210, unseen = 211
)

# A matrix with a row for each person and `each` columns, from the person's own stream.
cohort_draws <- function(seed, purpose, person, each, kind = "uniform") {
  draws_cpp(seed, draw_purposes[[purpose]], person, each, kind, thread_count())
}

# A person has fewer events, visits or samples than this; (person, number) is one stream of the generator.
most_things <- 1024

# A matrix with a row for each thing and `each` columns.
draw_things <- function(seed, purpose, person, number, each, kind = "uniform") {
  if (length(person) == 0) {
    return(matrix(0, 0, each))
  }
  stream <- as.integer(person * most_things + number)
  draws_cpp(seed, draw_purposes[[purpose]], stream, each, kind, thread_count())
}

# The same for what belongs to a person as a whole.
draw_persons <- function(seed, purpose, person, each, kind = "uniform") {
  draw_things(seed, purpose, person, 0, each, kind)
}

# Which of the outcomes with these probabilities each uniform number means.
pick <- function(uniform, probability) {
  cumulative <- cumsum(probability / sum(probability))
  findInterval(uniform, cumulative[-length(cumulative)], left.open = TRUE) + 1L
}

# Rows of a data frame, also several times, as a list of columns: quick, for it makes no row names.
rows_at <- function(table, row) lapply(table, `[`, row)

# 1, 2, ... within each of the (sorted) persons.
number_within <- function(person) sequence(rle(person)$lengths)
