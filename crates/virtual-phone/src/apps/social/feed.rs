//! The videos of a feed, with invented authors and captions.

/// A video.
pub(crate) struct Video {
    pub(crate) author: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) likes: &'static str,
    pub(crate) comments: &'static str,
    pub(crate) shares: &'static str,
    pub(crate) topic: &'static str,
}

/// The video at this position of the endless feed.
pub(crate) fn video(position: usize) -> &'static Video {
    static VIDEOS: [Video; 5] = [
        Video {
            author: "sample_user_1",
            caption: "folding a crane in 30 seconds #origami",
            likes: "12.4K",
            comments: "311",
            shares: "1,204",
            topic: "origami crane",
        },
        Video {
            author: "sample_user_2",
            caption: "the first tram of the morning, all the way to the depot",
            likes: "480.1K",
            comments: "3,264",
            shares: "24.9K",
            topic: "night trams",
        },
        Video {
            author: "sample_user_3",
            caption: "a year of moss in one minute 🌱 #timelapse",
            likes: "98.7K",
            comments: "1,020",
            shares: "5,531",
            topic: "moss garden",
        },
        Video {
            author: "sample_user_4",
            caption: "tea at altitude: it boils at 90 degrees up here",
            likes: "3,310",
            comments: "87",
            shares: "45",
            topic: "boiling point",
        },
        Video {
            author: "sample_user_5",
            caption: "day 212: the bowline #knots",
            likes: "51.2K",
            comments: "640",
            shares: "2,118",
            topic: "useful knots",
        },
    ];
    let [first, ..] = &VIDEOS;
    VIDEOS.get(position % VIDEOS.len()).unwrap_or(first)
}
