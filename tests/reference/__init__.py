"""What every mart and sync model holds for eight companies, kept so that a rebuilt graph can be held against it."""
