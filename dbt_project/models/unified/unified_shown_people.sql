{{ config(materialized='view') }}

-- A view of views, so that it shows the latest pull before anything is built: who is to be forgotten is decided then.

{{ rows_of_all_systems('shown_people', ['record_key']) }}
