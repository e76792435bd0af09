select found_in, words, speaks_of from seeds.leak_words order by found_in, length(words) desc, words
