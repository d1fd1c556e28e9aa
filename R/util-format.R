# Numbers as a person reads them.

format_number <- function(x, digits = 3) {
  shown <- formatC(x, digits = digits, format = "fg", flag = "#", width = 1)
  shown <- sub("[.]$", "", shown)
  shown[is.nan(x) | is.na(x)] <- "NE"
  shown[is.infinite(x)] <- ifelse(x[is.infinite(x)] > 0, "Inf", "-Inf")
  shown
}

format_p <- function(p) {
  shown <- ifelse(p < 0.0001, "<0.0001", formatC(p, digits = 4, format = "f"))
  ifelse(is.na(p), "NE", shown)
}

# Counts are whole unless they are sums of weights.
format_count <- function(x) {
  whole <- !is.na(x) & x == round(x)
  shown <- ifelse(whole, formatC(x, format = "f", digits = 0), formatC(x, format = "f", digits = 1))
  ifelse(is.na(x), "", shown)
}

format_percent <- function(level) paste0(format(100 * level, digits = 6), "%")

# "a", "a and b", "a, b and c".
and_list <- function(words) {
  n <- length(words)
  if (n < 2) {
    return(paste(words))
  }
  paste(paste(words[-n], collapse = ", "), "and", words[n])
}

quoted_list <- function(words) and_list(dQuote(words, FALSE))

# "= 0.0123" or "<0.0001", to stand behind a p.
p_words <- function(p) sub("^([^<])", "= \\1", format_p(p))
